"""Among a product's neighbours is one of each group of variants, and none of its own."""

import numpy as np
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from alsolike.rankers.blend.groups import Groups


def test_the_best_of_a_group_stays_and_of_equal_ones_the_first() -> None:
    groups = Groups(["tee", None, "mug", "tee", "mug", None], np.ones(6, bool))
    scores = sp.csr_matrix(np.array([[1, 2, 3, 4, 3, 0], [1, 2, 3, 4, 5, 6]], np.float32))
    kept = groups.keep_best(scores, np.array([1, 0]))
    assert kept.toarray().tolist() == [[0, 2, 3, 4, 0, 0], [0, 2, 0, 0, 5, 6]]


def test_without_groups_every_score_stays() -> None:
    scores = sp.csr_matrix(np.array([[1, 2]], np.float32))
    kept = Groups([None, None], np.array([False, True])).keep_best(scores, np.array([0]))
    assert kept.toarray().tolist() == [[1, 2]]


def test_one_in_stock_has_the_place_of_the_best_that_is_not() -> None:
    groups = Groups(
        ["tee", "tee", "tee", "mug", "mug"], np.array([False, True, True, False, False])
    )
    rows = [[9, 2, 3, 5, 4], [9, 0, 0, 0, 0]]
    kept = groups.keep_best(sp.csr_matrix(np.array(rows * 2, np.float32)), np.array([3, 3, 0, 0]))
    assert kept.toarray().tolist() == [
        [0, 0, 9, 0, 0],
        # None in stock was scored.
        [9, 0, 0, 0, 0],
        [0, 0, 0, 5, 0],
        [0, 0, 0, 0, 0],
    ]


@given(
    st.lists(st.sampled_from([None, "a", "b", "c"]), min_size=1, max_size=12),
    st.integers(0, 1000),
)
def test_as_one_would_do_it_by_hand(names: list[str | None], seed: int) -> None:
    generator = np.random.default_rng(seed)
    # Few values, so that many are equal.
    scores = generator.integers(0, 4, (len(names), len(names))).astype(np.float32)
    is_in_stock = generator.random(len(names)) < 0.6
    wanted = scores.copy()
    for product, own in enumerate(names):
        for name in {*names} - {None}:
            variants = [one for one, group in enumerate(names) if group == name]
            scored = [one for one in variants if scores[product, one] > 0]
            wanted[product, variants] = 0
            if scored and name != own:
                best = min(scored, key=lambda one: (~is_in_stock[one], -scores[product, one], one))
                wanted[product, best] = scores[product, scored].max()
    kept = Groups(names, is_in_stock).keep_best(sp.csr_matrix(scores), np.arange(len(names)))
    np.testing.assert_array_equal(kept.toarray(), wanted)
