"""What lists are held to: a share of the lowest figure of the serving model and of baselines."""

import math

import numpy as np
import pytest

from alsolike.evaluation.evaluate import evaluate
from alsolike.evaluation.results import Value
from alsolike.history import History, Split, split_by_time
from alsolike.progress import ignore_progress
from alsolike.promotion.gate import Check, Limits
from alsolike.promotion.guards import BEHAVIOUR, Lists, Shop, check_guards
from alsolike.rankers.baselines.queried import ItemKnnRanker
from alsolike.rankers.by_name import baseline
from alsolike.rankers.protocol import Ranker
from tests.fixtures.history import catalogue, history
from tests.unit.evaluation.rankers import Counting, Fixed

PRODUCTS, SOLD, GROUPS = 600, 60, 4


def shop() -> History:
    """Return shoppers who keep to one group of products; nine of ten products never sell."""
    random = np.random.default_rng(7)
    return history(
        catalogue(PRODUCTS),
        [
            (shopper, int(product), day)
            for shopper in range(200)
            for day, product in enumerate(
                random.choice(np.arange(shopper % GROUPS, SOLD, GROUPS), 8, replace=False)
            )
        ],
    )


@pytest.fixture(scope="module")
def split() -> Split:
    return split_by_time(shop())


class Gate:
    """Asks the guards about a model, and keeps which baselines they wanted measured."""

    def __init__(self, split: Split, serving: Ranker) -> None:
        self._split = split
        self.serving = self.lists(serving)
        self.measured: list[str] = []

    def lists(self, ranker: Ranker) -> Lists:
        vectors = np.eye(PRODUCTS, dtype=np.float32)
        found = evaluate(self._split, [ranker], vectors=vectors, report=ignore_progress)
        return Lists(ranker.name, found.models[ranker.name].metrics["all"], 10)

    def measure(self, name: str) -> Lists:
        self.measured.append(name)
        return self.lists(baseline(name))

    def checks(
        self, candidate: Lists, limits: Limits | None = None, *, is_clear_win: bool = False
    ) -> dict[str, Check]:
        checks = check_guards(
            candidate,
            self.serving,
            Shop(PRODUCTS, len(self._split.shoppers), math.nan),
            limits or Limits(),
            is_clear_win=is_clear_win,
            measure=self.measure,
        )
        return {check.name: check for check in checks}


def failed(checks: dict[str, Check]) -> set[str]:
    return {check.name for check in checks.values() if not check.is_passed}


def everything() -> Counting:
    """Return a model whose lists show the whole catalogue and have nothing to do with anybody."""
    return Counting("everything", noise=1e6)


def popular() -> Fixed:
    """Return a model that shows everybody the same: the products that sell."""
    return Fixed("same", np.arange(PRODUCTS, 0, -1))


def test_a_model_that_shows_random_products_sets_no_bar(split: Split) -> None:
    gate = Gate(split, everything())
    checks = gate.checks(gate.lists(ItemKnnRanker()))
    coverage = checks["catalogue coverage"]
    assert coverage.candidate is not None
    assert coverage.serving is not None
    assert coverage.candidate < Limits().coverage * coverage.serving
    assert not failed(checks)
    assert coverage.compared_with in BEHAVIOUR
    assert coverage.wanted.endswith(f"of {coverage.compared_with}")


def test_baselines_are_not_measured_where_the_serving_model_is_reached(split: Split) -> None:
    gate = Gate(split, ItemKnnRanker())
    assert not failed(gate.checks(gate.lists(ItemKnnRanker())))
    assert not gate.measured
    # Nor where they could not change the decision.
    gate = Gate(split, everything())
    checks = check_guards(
        gate.lists(ItemKnnRanker()),
        gate.serving,
        Shop(PRODUCTS, 200, math.nan),
        Limits(),
        is_clear_win=False,
        measure=None,
    )
    assert "catalogue coverage" in {check.name for check in checks if not check.is_passed}


@pytest.mark.parametrize("is_clear_win", [False, True])
def test_the_same_for_everybody_is_refused_beside_a_random_model(
    split: Split, *, is_clear_win: bool
) -> None:
    gate = Gate(split, everything())
    checks = gate.checks(gate.lists(popular()), is_clear_win=is_clear_win)
    assert "catalogue coverage" in failed(checks)
    assert checks["catalogue coverage"].advice is not None
    # It ranks worse than each baseline: to beat the random model buys nothing.
    assert not any("clear win" in check.wanted for check in checks.values())


def figures(name: str, *, ndcg: float, coverage: float, gini: float = 0.5) -> Lists:
    metrics = {"ndcg": ndcg, "coverage": coverage, "gini": gini, "ild": 0.5, "cold_share": 0.1}
    return Lists(name, {f"{metric}@10": Value(value) for metric, value in metrics.items()}, 10)


def guards(
    candidate: Lists,
    serving: Lists,
    limits: Limits | None = None,
    *,
    is_clear_win: bool = False,
    cold_share: float = math.nan,
) -> dict[str, Check]:
    """Check beside baselines that all reach an NDCG of 0.1, and cover 0.2 of 1,000 products."""
    checks = check_guards(
        candidate,
        serving,
        Shop(1000, 500, cold_share),
        limits or Limits(),
        is_clear_win=is_clear_win,
        measure=lambda name: figures(name, ndcg=0.1, coverage=0.2),
    )
    return {check.name: check for check in checks}


def test_a_clear_win_buys_a_stated_part_of_a_guard() -> None:
    serving = figures("serving", ndcg=0.02, coverage=0.9)
    narrow = figures("narrow", ndcg=0.12, coverage=0.05)
    assert failed(guards(narrow, serving)) == {"catalogue coverage"}
    bought = guards(narrow, serving, is_clear_win=True)["catalogue coverage"]
    assert bought.is_passed
    # 0.5 of the lowest figure, 0.2, times what is left after a win: under the floor of three lists.
    assert "at least 0.0300: not nearly the same for everybody" in bought.wanted
    # A model that no baseline ranks worse than buys nothing.
    weak = figures("weak", ndcg=0.09, coverage=0.05)
    assert failed(guards(weak, serving, is_clear_win=True)) == {"catalogue coverage"}
    # Nor does a win buy showing nearly the same to everybody.
    same = figures("same", ndcg=0.12, coverage=0.02)
    assert failed(guards(same, serving, is_clear_win=True)) == {"catalogue coverage"}


def test_a_clear_win_can_buy_all_but_the_floor() -> None:
    serving = figures("serving", ndcg=0.02, coverage=0.9, gini=0.1)
    limits = Limits(bought=0)
    narrow = figures("narrow", ndcg=0.12, coverage=0.05, gini=0.99)
    checks = guards(narrow, serving, limits, is_clear_win=True)
    assert not failed(checks)
    assert checks["Gini of exposure"].wanted == "any, after a clear win"
    same = figures("same", ndcg=0.12, coverage=0.02)
    assert failed(guards(same, serving, limits, is_clear_win=True)) == {"catalogue coverage"}


def test_a_serving_model_that_shows_little_itself_asks_for_no_more() -> None:
    serving = figures("serving", ndcg=0.1, coverage=0.012, gini=0.99)
    assert not failed(guards(figures("like it", ndcg=0.1, coverage=0.012, gini=0.99), serving))


def test_exposure_may_be_less_equal_by_a_limit_than_that_of_the_least_equal() -> None:
    serving = figures("serving", ndcg=0.1, coverage=0.5, gini=0.3)
    checks = guards(figures("steep", ndcg=0.1, coverage=0.5, gini=0.75), serving)
    assert failed(checks) == {"Gini of exposure"}
    assert checks["Gini of exposure"].compared_with in BEHAVIOUR
    assert not failed(guards(figures("steep", ndcg=0.1, coverage=0.5, gini=0.69), serving))


def test_cold_products_are_asked_for_as_far_as_shoppers_came_to_them() -> None:
    serving = figures("serving", ndcg=0.1, coverage=0.5)
    none = Lists(
        "none", {**figures("", ndcg=0.1, coverage=0.5).metrics, "cold_share@10": Value(0.01)}, 10
    )
    assert failed(guards(none, serving, cold_share=0.08)) == {"share of cold products"}
    few = guards(none, serving, cold_share=0.015)
    assert not failed(few)
    assert few["share of cold products"].compared_with == "history"
    # Where hardly anybody came to a cold product, nothing is asked.
    untold = guards(none, serving)["share of cold products"]
    assert untold.is_passed
    assert untold.wanted.startswith("not judged")


def test_a_small_shop_need_not_show_three_lists_of_products() -> None:
    assert Shop(1000, 500, math.nan).least_coverage(10) == pytest.approx(0.03)
    assert Shop(100, 500, math.nan).least_coverage(10) == pytest.approx(0.1)
    assert Shop(1000, 4, math.nan).least_coverage(10) == pytest.approx(0.004)
