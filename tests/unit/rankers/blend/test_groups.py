"""Among a product's neighbours is one of each group of variants, and none of its own."""

import numpy as np
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from alsolike.rankers.blend.groups import Groups


def test_the_best_of_a_group_stays_and_of_equal_ones_the_first() -> None:
    groups = Groups(["tee", None, "mug", "tee", "mug", None])
    scores = sp.csr_matrix(np.array([[1, 2, 3, 4, 3, 0], [1, 2, 3, 4, 5, 6]], np.float32))
    kept = groups.keep_best(scores, np.array([1, 0]))
    assert kept.toarray().tolist() == [[0, 2, 3, 4, 0, 0], [0, 2, 0, 0, 5, 6]]


def test_without_groups_every_score_stays() -> None:
    scores = sp.csr_matrix(np.array([[1, 2]], np.float32))
    kept = Groups([None, None]).keep_best(scores, np.array([0]))
    assert kept.toarray().tolist() == [[1, 2]]


@given(
    st.lists(st.sampled_from([None, "a", "b", "c"]), min_size=1, max_size=12),
    st.integers(0, 1000),
)
def test_as_one_would_do_it_by_hand(names: list[str | None], seed: int) -> None:
    generator = np.random.default_rng(seed)
    # Few values, so that many are equal.
    scores = generator.integers(0, 4, (len(names), len(names))).astype(np.float32)
    wanted = scores.copy()
    for product, own in enumerate(names):
        seen: set[str] = set() if own is None else {own}
        for other in sorted(range(len(names)), key=lambda one: (-scores[product, one], one)):
            name = names[other]
            if name in seen:
                wanted[product, other] = 0
            elif name is not None:
                seen.add(name)
    kept = Groups(names).keep_best(sp.csr_matrix(scores), np.arange(len(names)))
    np.testing.assert_array_equal(kept.toarray(), wanted)
