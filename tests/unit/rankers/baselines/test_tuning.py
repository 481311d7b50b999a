"""Baselines choose their options on what is known."""

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from alsolike.history import History, Split, split_by_time, split_leave_one_out
from alsolike.progress import ignore_progress
from alsolike.rankers.baselines.ials import CONFIDENCES, IalsRanker
from alsolike.rankers.baselines.queried import LATEST, WHOLE, EaseRanker, ItemKnnRanker
from alsolike.rankers.baselines.tuning import best_option
from tests.fixtures.history import catalogue, history


class Favourite:
    """A model that ranks one product first, for every shopper."""

    name = "favourite"

    def __init__(self, product: int, n_products: int) -> None:
        self._scores = np.zeros(n_products, np.float32)
        self._scores[product] = 1

    def fit(self, split: Split, report: object) -> None:
        pass

    def scores(self, rows: np.ndarray) -> np.ndarray:
        return np.tile(self._scores, (len(rows), 1))


def _wandering() -> History:
    """Return shoppers who buy the products of one group after the other, 2 of each."""
    random = np.random.default_rng(3)
    events: list[tuple[int, int, int]] = []
    for shopper in range(150):
        day = int(random.integers(40))
        for place, group in enumerate(random.permutation(12)[:6].tolist()):
            chosen = (5 * group + random.choice(5, 3, replace=False)).tolist()
            events += [(shopper, item, day + 3 * place + n) for n, item in enumerate(chosen)]
    return history(catalogue(60), events)


def _steady() -> History:
    """Return shoppers who now and then come back to the fifth of the catalogue that they like."""
    random = np.random.default_rng(4)
    events: list[tuple[int, int, int]] = []
    for shopper in range(200):
        liked = np.arange(shopper % 5, 100, 5)
        own = random.choice(liked, 10, replace=False)
        others = random.choice(100, 25, replace=False)
        bought = random.permutation(np.unique(np.concatenate([own, others])))
        events += [(shopper, int(product), day) for day, product in enumerate(bought)]
    return history(catalogue(100), events)


def test_the_option_that_foretells_the_known_part_best_is_chosen() -> None:
    events = [(shopper, 0, 1) for shopper in range(30)]
    events += [(shopper, 1, 5) for shopper in range(30)]
    events += [(shopper, 2, 9) for shopper in range(30)]
    split = split_leave_one_out(history(catalogue(3), events))
    # Product 2 is held out; of what is known, 1 came last.
    assert best_option([2, 1], lambda product, _: Favourite(product, 3), split) == 1


def test_what_is_held_out_is_not_looked_at() -> None:
    split = split_by_time(_wandering())
    blind = replace(split, truth=sp.csr_matrix(split.truth.shape, dtype=np.float32))
    for seeing, ranker in ((ItemKnnRanker(), ItemKnnRanker()), (IalsRanker(), IalsRanker())):
        seeing.fit(split, ignore_progress)
        ranker.fit(blind, ignore_progress)
        rows = np.arange(len(split.shoppers))
        assert (seeing.scores(rows) == ranker.scores(rows)).all()


def test_the_first_option_is_taken_where_there_is_too_little_to_choose_by() -> None:
    single = history(catalogue(2), [(0, 0, 1), (1, 1, 1)])
    split = Split("time", single, np.array([0], np.int32), single.matrix()[:1], np.array([5]))
    ranker = EaseRanker()
    ranker.fit(split, ignore_progress)
    assert ranker.query == LATEST
    factors = IalsRanker()
    factors.fit(split, ignore_progress)
    assert factors.confidence == CONFIDENCES[0]


def test_shoppers_who_wander_are_asked_by_their_latest_and_others_by_all() -> None:
    for made, expected in ((_wandering(), LATEST), (_steady(), WHOLE)):
        for ranker in (ItemKnnRanker(), EaseRanker()):
            ranker.fit(split_leave_one_out(made), ignore_progress)
            assert ranker.query == expected
