"""What lists are held to where the serving model ranks far worse."""

import numpy as np
import pytest

from alsolike.evaluation.evaluate import evaluate
from alsolike.history import History, Split, split_by_time
from alsolike.progress import ignore_progress
from alsolike.promotion.gate import (
    Check,
    Limits,
    Lists,
    check_beside_behaviour,
    check_lists,
    why_no_bar,
)
from alsolike.rankers.baselines.queried import ItemKnnRanker
from alsolike.rankers.by_name import BASELINES, baseline
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
    """Asks the gate about a model, and keeps which baselines it wanted measured."""

    def __init__(self, split: Split, serving: Ranker) -> None:
        self._split = split
        self.serving = self.lists(serving)
        self.measured: list[str] = []

    def lists(self, ranker: Ranker) -> Lists:
        vectors = np.eye(PRODUCTS, dtype=np.float32)
        found = evaluate(self._split, [ranker], vectors=vectors, report=ignore_progress)
        return Lists(ranker.name, found.models[ranker.name].metrics["all"], 10)

    def _measure(self, name: str) -> Lists:
        self.measured.append(name)
        return self.lists(baseline(name))

    def checks(self, candidate: Lists, limits: Limits | None = None) -> dict[str, Check]:
        why = why_no_bar(candidate, self.serving, "trained")
        assert why is not None
        checks = check_beside_behaviour(
            candidate, self.serving, limits or Limits(), why=why, measure=self._measure
        )
        return {check.name: check for check in checks}


class Sharper(ItemKnnRanker):
    """A model that ranks better than any baseline: it was told the truth about some shoppers."""

    name = "sharper"

    def scores(self, rows: np.ndarray) -> np.ndarray:
        scores = super().scores(rows)
        is_told = (rows % 3 == 0)[:, None]
        return np.asarray(scores + 100 * is_told * self._split.truth[rows].toarray(), np.float32)


def everything() -> Counting:
    """Return a model whose lists show the whole catalogue and have nothing to do with anybody."""
    return Counting("everything", noise=1e6)


def popular() -> Fixed:
    """Return a model that shows everybody the same: the products that sell."""
    return Fixed("same", np.arange(PRODUCTS, 0, -1))


def test_what_covers_less_than_a_far_worse_model_is_held_to_a_baseline(split: Split) -> None:
    gate = Gate(split, everything())
    candidate = gate.lists(Sharper())
    beside_serving = {c.name: c for c in check_lists(candidate, gate.serving, Limits())}
    assert not beside_serving["catalogue coverage"].is_passed
    assert not beside_serving["share of cold products"].is_passed
    assert beside_serving["catalogue coverage"].wanted.endswith("of everything")

    checks = gate.checks(candidate)
    assert all(check.is_passed for check in checks.values())
    (name,) = {check.compared_with for check in checks.values()}
    assert name in BASELINES
    assert all(f"{name} (everything ranks less than 0.5 times" in c.wanted for c in checks.values())
    # What the serving model has is told all the same.
    assert checks["catalogue coverage"].serving == gate.serving.of("coverage")
    # One baseline that it ranks better than is enough.
    assert gate.measured == ["item-knn"]


def test_the_same_for_everybody_is_refused_though_the_serving_model_is_far_worse(
    split: Split,
) -> None:
    gate = Gate(split, everything())
    checks = gate.checks(gate.lists(popular()))
    assert not checks["catalogue coverage"].is_passed
    assert checks["catalogue coverage"].compared_with in {"item-knn", "ials", "ease"}


def test_a_limit_that_is_asked_for_holds_beside_baselines_too(split: Split) -> None:
    gate = Gate(split, everything())
    checks = gate.checks(gate.lists(Sharper()), Limits(coverage=50))
    assert not checks["catalogue coverage"].is_passed
    assert gate.measured == ["item-knn", "ials", "ease", "recently-popular"]


def test_a_serving_model_that_ranks_half_as_well_sets_the_bar_unless_it_is_the_first(
    split: Split,
) -> None:
    gate = Gate(split, ItemKnnRanker())
    candidate = gate.lists(Sharper())
    assert candidate.of("ndcg") > gate.serving.of("ndcg") > candidate.of("ndcg") / 2
    assert why_no_bar(candidate, gate.serving, "trained") is None
    assert why_no_bar(candidate, gate.serving, "average") == (
        "item-knn is only what a shop begins with"
    )
