"""One lead out of several cutoffs."""

from datetime import UTC, datetime

import numpy as np
import pytest

from alsolike.evaluation.results import Evaluation
from alsolike.history import SplitError
from alsolike.progress import ignore_progress
from alsolike.promotion import lead as module
from alsolike.promotion.gate import Check, Limits, check_damage, check_ranking
from alsolike.promotion.lead import AtCutoff, Comparison, Lead, compare, pooled
from alsolike.rankers.baselines.queried import ItemKnnRanker
from alsolike.rankers.protocol import Ranker
from tests.fixtures.history import catalogue, history, random_history, taste_history
from tests.unit.evaluation.rankers import Counting

NAMES = ("new", "old")
CUTOFF = datetime(2026, 1, 1, tzinfo=UTC)


def make(name: str) -> Ranker:
    """Return item-kNN as the new model, and popularity as the old one."""
    return ItemKnnRanker() if name == "new" else Counting()


def compared(events: module.History, make_one: object = make) -> Comparison:
    return compare(
        events, NAMES, make_one, clear=0.05, k=10, vectors=None, seed=0, report=ignore_progress
    )


def at_cutoff(shoppers: list[int], ours: list[float], theirs: list[float]) -> AtCutoff:
    return AtCutoff(CUTOFF, np.array(shoppers, np.int32), np.array(ours), np.array(theirs))


def test_a_clear_lead_needs_no_second_cutoff() -> None:
    lead = compared(taste_history()).lead
    assert lead.shoppers >= module.FEWEST_SHOPPERS
    assert lead.is_clear(0.05)
    assert lead.probability == 1
    assert len(lead.cutoffs) == 1


def test_an_open_difference_is_tested_at_three_cutoffs_each_before_the_last() -> None:
    events = random_history()
    found = compared(events)
    lead = found.lead
    assert len(lead.cutoffs) == len(found.evaluations) == module.MOST_CUTOFFS
    assert list(lead.cutoffs) == sorted(lead.cutoffs, reverse=True)
    assert found.split.cutoff == found.evaluations[0].cutoff
    # Each part ends where the part after it begins: no action is tested twice.
    held_out = sum(evaluation.held_out["all"] for evaluation in found.evaluations)
    assert held_out <= int((events.first_actions().times >= found.evaluations[-1].cutoff).sum())
    tested_in_all = sum(evaluation.shoppers["all"] for evaluation in found.evaluations)
    assert lead.shoppers < tested_in_all
    means = [
        (evaluation.shoppers["all"], evaluation.models["new made anew"].metrics["all"]["ndcg@10"])
        for evaluation in found.evaluations
    ]
    expected = sum(count * mean.value for count, mean in means) / tested_in_all
    assert lead.candidate == pytest.approx(expected)


def test_one_cutoff_gives_the_interval_of_the_evaluation() -> None:
    found = compared(taste_history())
    (evaluation,) = found.evaluations
    value = evaluation.differences["new made anew", "old made anew"]["ndcg@10"]
    assert (found.lead.low, found.lead.high) == pytest.approx((value.low, value.high))
    assert found.lead.difference == pytest.approx(value.value)


def test_the_same_model_again_is_tested_once() -> None:
    lead = compared(random_history(), lambda _name: ItemKnnRanker()).lead
    assert (lead.low, lead.high, lead.probability) == (0, 0, 0)
    assert len(lead.cutoffs) == 1


@pytest.mark.parametrize(("is_same", "cutoffs"), [(True, 1), (False, module.MOST_CUTOFFS)])
def test_even_on_a_handful_of_shoppers_two_recipes_are_tested_on(
    *, is_same: bool, cutoffs: int
) -> None:
    found = compare(
        random_history(shoppers=8, events=300), NAMES, lambda _name: ItemKnnRanker(),
        is_same=is_same, clear=0.05, k=10, vectors=None, seed=0, report=ignore_progress,
    )  # fmt: skip
    assert found.lead.is_even
    assert found.lead.shoppers < module.FEWEST_SHOPPERS
    assert len(found.lead.cutoffs) == cutoffs
    check = check_ranking(found.lead, NAMES, 10, Limits())
    assert check.is_passed is is_same
    assert check.found is not None
    assert ("ranks no worse than old" if is_same else "nothing tells new from old") in check.found
    # Nor would another seed tell them apart.
    assert (check.advice is None) is is_same
    assert "--seed" not in (check.advice or "")


def test_where_the_last_part_has_nobody_to_test_an_earlier_one_is_taken() -> None:
    # Everybody has come back by day 8; in the last tenth each shopper is there for a single time.
    events = [(n, n % 9 + day, day) for n in range(60) for day in range(1, 9)]
    events += [(100 + n, n % 20, 20) for n in range(80)]
    lead = compared(history(catalogue(20), events)).lead
    assert lead.shoppers > 0
    assert all(cutoff <= datetime(1970, 1, 9, tzinfo=UTC) for cutoff in lead.cutoffs)


def test_nothing_to_test_at_any_cutoff_is_said() -> None:
    with pytest.raises(SplitError, match="too little history"):
        compared(history(catalogue(4), [(0, 0, 1), (1, 1, 2)]))


def test_shoppers_are_drawn_with_all_that_they_did() -> None:
    random = np.random.default_rng(1)
    shoppers = list(range(50))
    ours, theirs = random.random(50).tolist(), random.random(50).tolist()
    once = pooled([at_cutoff(shoppers, ours, theirs)], seed=0)
    twice = pooled([at_cutoff(shoppers, ours, theirs)] * 2, seed=0)
    # The same shoppers with the same results again: nothing was learned, the interval stays.
    assert (twice.low, twice.high) == pytest.approx((once.low, once.high))
    assert twice.shoppers == 50
    others = [shopper + 50 for shopper in shoppers]
    more = pooled([at_cutoff(shoppers, ours, theirs), at_cutoff(others, ours, theirs)], seed=0)
    assert more.high - more.low < 0.85 * (once.high - once.low)


def lead(difference: float, *, low: float, high: float, probability: float) -> Lead:
    return Lead(0.1 + difference, 0.1, low, high, probability, 500, (CUTOFF,))


@pytest.mark.parametrize(
    ("measured", "is_passed", "found"),
    [
        (
            lead(0.02, low=0.01, high=0.03, probability=1.0),
            True,
            "On 500 shoppers at 1 cutoff new ranks better than old:",
        ),
        (lead(0.02, low=0.01, high=0.03, probability=1.0), True, "a probability of over 99%."),
        (lead(0.02, low=0.01, high=0.03, probability=0.99), True, "a probability of 99%."),
        (lead(0.0, low=-0.0019, high=0.002, probability=0.5), True, "new ranks no worse than old"),
        (lead(0.0, low=-0.0021, high=0.003, probability=0.5), False, "it is open whether new"),
        (
            lead(0.01, low=-0.005, high=0.03, probability=0.9),
            True,
            "new probably ranks better than old",
        ),
        (lead(-0.01, low=-0.02, high=-0.001, probability=0.0), False, "new ranks worse than old"),
    ],
)
def test_no_worse_or_probably_better_passes(measured: Lead, *, is_passed: bool, found: str) -> None:
    check = check_ranking(measured, NAMES, 10, Limits())
    assert check.is_passed is is_passed
    assert check.found is not None
    assert found in check.found
    assert (check.advice is None) is is_passed


def test_stored_rows_are_damaged_if_they_rank_clearly_below_their_own_recipe() -> None:
    def stored(new: Ranker) -> Evaluation:
        rankers = (new, Counting("old as stored"))
        new.name = "new as stored"
        return compare(
            taste_history(), NAMES, make, stored=rankers, clear=0.05, k=10, vectors=None, seed=0,
            report=ignore_progress,
        ).evaluations[0]  # fmt: skip

    assert check_damage(stored(ItemKnnRanker()), NAMES, 200, Limits()).is_passed
    random = stored(Counting(noise=1e6))
    check = check_damage(random, NAMES, 200, Limits())
    assert not check.is_passed
    assert check.advice == "Its rows are damaged or old: train again."


def test_in_a_small_shop_rows_are_damaged_if_they_rank_below_the_serving_ones_too() -> None:
    def check(serving: Ranker) -> Check:
        new: Ranker = Counting("new as stored", noise=1e6)
        serving.name = "old as stored"
        found = compare(
            taste_history(), NAMES, make, stored=(new, serving), clear=0.05, k=10, vectors=None,
            seed=0, report=ignore_progress,
        )  # fmt: skip
        return check_damage(found.evaluations[0], NAMES, 29, Limits())

    assert not check(ItemKnnRanker()).is_passed
    # Where the serving rows rank no better, the recipe may have been lucky with so few shoppers.
    assert check(Counting(noise=1e6)).is_passed
