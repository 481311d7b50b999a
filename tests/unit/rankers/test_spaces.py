"""Each space against its definition, written out with whole matrices."""

from collections.abc import Callable

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.history import History
from alsolike.rankers.spaces import Space, dense
from alsolike.rankers.spaces import local as local_spaces
from alsolike.rankers.spaces.behaviour import CooccurrenceSpace, EaseSpace
from alsolike.rankers.spaces.dense import VectorSpace
from alsolike.rankers.spaces.factors import factor_space, spectral_space
from alsolike.rankers.spaces.linear import inverse_of_gram
from alsolike.rankers.spaces.local import local_ease
from alsolike.rankers.spaces.sequence import sequence_weights, transition_space
from alsolike.rankers.spaces.sparse import (
    best_of_product,
    best_of_product_and_scaled,
    product_at,
    scaled_columns,
    weights_space,
)
from alsolike.rankers.spaces.text import TermSpace
from tests.fixtures.history import catalogue, random_history, taste_history
from tests.fixtures.history import history as history_of

PRODUCTS = 60


def history(events: list[tuple[int, int, int]], *, products: int) -> History:
    return history_of(catalogue(products), events)


@pytest.fixture(scope="module")
def matrix() -> sp.csr_matrix:
    return taste_history().matrix()


def whole(space: Space, count: int = PRODUCTS) -> NDArray[np.float32]:
    """Return all scores, as neighbours and as pairs: they must be the same."""
    everything = np.arange(count)
    rows = space.neighbours(everything, count).toarray()
    pairs = sp.csr_matrix(1 - np.eye(count, dtype=np.float32))
    pairs.data = space.pair_scores(everything, pairs)
    assert pairs.toarray() == pytest.approx(rows, abs=1e-6)
    return rows


def local(matrix: sp.csr_matrix, regularisation: float, size: int) -> Space:
    return weights_space("ease", local_ease(matrix, [regularisation], size)[0])


def following(known: History, regularisation: float, size: int) -> Space:
    weights = sequence_weights(known, regularisation=regularisation, size=size)
    return weights_space("sequence", weights)


def positive(scores: NDArray[np.floating]) -> NDArray[np.floating]:
    """Keep what a space tells of scores: nothing negative, nothing about a product itself."""
    kept = np.maximum(scores, 0)
    np.fill_diagonal(kept, 0)
    return kept


def ease(matrix: NDArray[np.float64], regularisation: float) -> NDArray[np.float64]:
    inverse = np.linalg.inv(matrix.T @ matrix + regularisation * np.eye(matrix.shape[1]))
    return np.eye(len(inverse)) - inverse / np.diag(inverse)


def test_cooccurrence_is_the_cosine_of_columns(matrix: sp.csr_matrix) -> None:
    dense = matrix.toarray().astype(float)
    lengths = np.linalg.norm(dense, axis=0)
    expected = positive(dense.T @ dense / lengths[:, None] / lengths)
    assert whole(CooccurrenceSpace(matrix)) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("shoppers", [300, 20])
def test_ease_is_its_closed_form_from_either_side(matrix: sp.csr_matrix, shoppers: int) -> None:
    part = matrix[:shoppers]
    scores = EaseSpace(part, regularisation=10, largest=1000).scores(
        sp.csr_matrix(np.eye(PRODUCTS, dtype=np.float32))
    )
    assert scores == pytest.approx(ease(part.toarray().astype(float), 10), abs=1e-4)


def test_with_blocks_of_the_whole_catalogue_local_ease_is_ease() -> None:
    known = random_history(shoppers=400, products=120, events=9000).matrix()
    expected = positive(ease(known.toarray().astype(float), 20))
    scores = whole(local(known, 20, 120), 120)
    best, wanted = (np.argsort(-rows, axis=1)[:, :50] for rows in (scores, expected))
    shared = [len(np.intersect1d(*pair)) for pair in zip(best, wanted, strict=True)]
    assert np.mean(shared) / 50 >= 0.98
    # Products that no shopper has in common are in no block.
    assert scores == pytest.approx(expected, abs=2e-2)


def test_each_product_is_regressed_on_those_most_correlated_with_it() -> None:
    known = random_history(shoppers=400, products=40, events=4000).matrix()
    dense = known.toarray().astype(float)
    gram = dense.T @ dense
    cosines = gram / np.sqrt(np.outer(np.diag(gram), np.diag(gram)))
    expected = np.zeros((40, 40))
    for product in range(40):
        block = np.argsort(-cosines[product], kind="stable")[:8]
        expected[block, product] = ease(dense[:, block], 5)[:, block.tolist().index(product)]
    # Products with equal cosines may take each other's place in a block.
    is_same = np.isclose(whole(local(known, 5, 7), 40), positive(expected), atol=1e-4)
    assert is_same.all(axis=0).mean() > 0.9


def test_what_one_of_two_products_keeps_of_the_gram_matrix_is_known_of_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(local_spaces, "_KEPT_PER_BLOCK", 2)
    known = random_history(shoppers=400, products=40, events=700).matrix()
    # Without equal entries.
    known.data[:] = np.random.default_rng(1).uniform(0.5, 1, known.nnz)
    dense = known.toarray().astype(float)
    gram = dense.T @ dense
    # Some rows have more entries than are kept, some fewer, and the greatest may be any.
    kept = np.where(gram >= -np.sort(-gram, axis=1)[:, [13]], gram, 0)
    counts = np.count_nonzero(gram, axis=1)
    assert counts.min() < 14 < counts.max()
    symmetric = np.maximum(kept, kept.T)
    np.fill_diagonal(symmetric, np.diag(gram))
    cosines = gram / np.sqrt(np.outer(np.diag(gram), np.diag(gram)))
    np.fill_diagonal(cosines, 2)
    expected = np.zeros((40, 40))
    for product in range(40):
        block = np.argsort(-cosines[product], kind="stable")[:8]
        block = block[cosines[product, block] > 0]
        inverse = np.linalg.inv(symmetric[np.ix_(block, block)] + 20 * np.eye(len(block)))
        expected[block, product] = -inverse[:, 0] / inverse[0, 0]
    assert whole(local(known, 20, 7), 40) == pytest.approx(positive(expected), abs=1e-5)


def test_where_both_sides_are_too_long_the_busiest_products_take_part(
    matrix: sp.csr_matrix,
) -> None:
    rows = inverse_of_gram(matrix, 10, largest=12).times(
        sp.csr_matrix(np.eye(PRODUCTS, dtype=np.float32))
    )
    busiest = np.sort(np.argsort(-np.asarray(matrix.sum(axis=0)).ravel(), kind="stable")[:12])
    assert np.array_equal(np.flatnonzero(rows.any(axis=1)), busiest)
    dense = matrix.toarray()[:, busiest].astype(float)
    expected = np.linalg.inv(dense.T @ dense + 10 * np.eye(12))
    assert rows[np.ix_(busiest, busiest)] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("kind", [spectral_space, factor_space])
def test_four_factors_are_the_four_groups(
    matrix: sp.csr_matrix, kind: Callable[..., VectorSpace]
) -> None:
    scores = whole(kind(matrix, factors=4, seed=0))
    group = np.arange(PRODUCTS) % 4
    is_same = group[:, None] == group
    # A product speaks for its own group alone.
    assert scores[~is_same].max() < scores[is_same & ~np.eye(PRODUCTS, dtype=bool)].min() / 5


@pytest.mark.parametrize("kind", [spectral_space, factor_space])
def test_a_seed_gives_the_same_factors_every_time(
    matrix: sp.csr_matrix, kind: Callable[..., VectorSpace]
) -> None:
    first, second = (whole(kind(matrix, factors=9, seed=3)) for _ in range(2))
    assert np.array_equal(first, second)


def test_transitions_count_what_follows_within_three_steps() -> None:
    rows = whole(transition_space(history([(0, p, p) for p in range(5)], products=6)), 6)
    # 0 → 1 → 2 → 3 → 4: out of 0 go 1 + 0.7 + 0.49, into 1 comes 1.
    assert rows[0, 1] == pytest.approx(1 / np.sqrt(2.19 * 1))
    assert rows[0, 3] == pytest.approx(0.49 / np.sqrt(2.19 * 2.19))
    assert not rows[0, 4]
    assert not rows[1, 0]
    assert not rows[5].any()


def test_products_of_one_moment_do_not_follow_each_other() -> None:
    rows = whole(transition_space(history([(0, 0, 1), (0, 1, 1), (0, 2, 2)], products=3)), 3)
    assert not rows[0, 1]
    assert not rows[1, 0]
    assert rows[0, 2] == rows[1, 2] > 0


def test_a_sequence_is_the_regression_of_the_future_on_the_past() -> None:
    generator = np.random.default_rng(1)
    events = [
        (shopper, int(product), day)
        for shopper in range(30)
        for day, product in enumerate(generator.choice(8, 5, replace=False))
    ]
    known = history(events, products=8)
    past, future = [], []
    for shopper in range(30):
        order = [product for owner, product, _ in events if owner == shopper]
        for step in range(1, 5):
            before, after = np.zeros(8), np.zeros(8)
            for distance, product in enumerate(reversed(order[:step])):
                before[product] += 0.7**distance
            for distance, product in enumerate(order[step : step + 3]):
                after[product] += 0.7**distance
            past.append(before)
            future.append(after)
    s, t = np.array(past), np.array(future)
    expected = positive(np.linalg.solve(s.T @ s + 2 * np.eye(8), s.T @ t))
    assert whole(following(known, 2, 8), 8) == pytest.approx(expected, abs=1e-4)


def test_texts_are_alike_by_their_words() -> None:
    texts = ["red cotton shirt", "blue cotton shirt", "garden hose", ""]
    rows = whole(TermSpace("words", texts, analyzer="word", lengths=(1, 1)), 4)
    assert 0 < rows[0, 1] < 1
    assert not rows[0, 2]
    assert not rows[3].any()


def test_words_are_the_same_with_and_without_accents() -> None:
    texts = ["Café crème", "CAFE", "cafe\u0301 noir", "Ёлка", "елка", "Straße", "strasse"]
    rows = whole(TermSpace("words", texts, analyzer="word", lengths=(1, 1)), 7)
    assert rows[0, 1] > 0
    assert rows[1, 2] > 0
    assert rows[3, 4] == pytest.approx(1)
    assert rows[5, 6] == pytest.approx(1)
    assert rows[0, 3] == 0


def test_texts_without_a_word_are_alike_to_none() -> None:
    rows = whole(TermSpace("words", ["", "!"], analyzer="word", lengths=(1, 1)), 2)
    assert rows.shape == (2, 2)
    assert not rows.any()


@pytest.mark.parametrize(
    "make",
    [
        lambda: CooccurrenceSpace(history([], products=3).matrix()),
        lambda: local(history([], products=3).matrix(), 1, 9),
        lambda: spectral_space(history([], products=3).matrix(), factors=2, seed=0),
        lambda: factor_space(history([], products=3).matrix(), factors=2, seed=0),
        lambda: transition_space(history([], products=3)),
        lambda: following(history([], products=3), 1, 9),
        lambda: VectorSpace("text", np.zeros((3, 4), np.float32)),
    ],
)
def test_without_evidence_nothing_is_said(make: Callable[[], Space]) -> None:
    rows = whole(make(), 3)
    assert rows.shape == (3, 3)
    assert not rows.any()


def test_one_product_speaks_for_nothing() -> None:
    one = history([(0, 0, 1), (1, 0, 2)], products=1)
    for space in (
        CooccurrenceSpace(one.matrix()),
        local(one.matrix(), 1, 9),
        spectral_space(one.matrix(), factors=2, seed=0),
        factor_space(one.matrix(), factors=2, seed=0),
        following(one, 1, 9),
    ):
        assert whole(space, 1).tolist() == [[0]]


@pytest.mark.parametrize("is_text", [False, True])
def test_in_a_large_catalogue_an_index_finds_nearly_the_same_neighbours(
    is_text: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(0)
    centres = random.normal(size=(100, 24))
    vectors = centres[random.integers(100, size=3000)] + random.normal(size=(3000, 24))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    gains = None if is_text else random.random(3000).astype(np.float32)
    exact = VectorSpace("space", vectors, gains=gains, is_text=is_text)
    monkeypatch.setattr(dense, "_COMPARED_UP_TO", 100)
    indexed, again = (VectorSpace("space", vectors, gains=gains, is_text=is_text) for _ in range(2))
    products = np.arange(0, 3000, 7)
    wanted, found = (space.neighbours(products, 50) for space in (exact, indexed))
    shared = wanted.multiply(found.sign()).nnz / wanted.nnz
    assert shared > 0.98
    assert (found != again.neighbours(products, 50)).nnz == 0
    # Among few pairs of many products, only those are computed.
    few = sp.csr_matrix(found[:5])
    # The index of texts rounds them to half precision.
    assert indexed.pair_scores(products[:5], few) == pytest.approx(few.data, rel=2e-3)


@pytest.mark.parametrize("is_text", [False, True])
@pytest.mark.parametrize("compared_up_to", [100, 1000])
def test_products_that_take_no_part_have_no_scores(
    compared_up_to: int, is_text: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dense, "_COMPARED_UP_TO", compared_up_to)
    random = np.random.default_rng(0)
    vectors = random.normal(size=(300, 8)).astype(np.float32)
    gains = None if is_text else random.random(300).astype(np.float32)
    takes_part = random.random(300) < 0.5
    space = VectorSpace("space", vectors, gains=gains, takes_part=takes_part, is_text=is_text)
    zeroed = VectorSpace("space", vectors * takes_part[:, None], gains=gains, is_text=is_text)
    everything = np.arange(300)
    found, expected = (one.neighbours(everything, 20) for one in (space, zeroed))
    assert not found[~takes_part].nnz
    assert not found[:, ~takes_part].nnz
    # An index is not exact.
    assert found.nnz == pytest.approx(expected.nnz, rel=0.01)
    assert found.multiply(expected.sign()).nnz > 0.98 * expected.nnz > 0
    pairs = sp.csr_matrix(1 - np.eye(300, dtype=np.float32))
    scores, wanted = (one.pair_scores(everything, pairs) for one in (space, zeroed))
    np.testing.assert_array_equal(scores, wanted)


def random_sparse(shape: tuple[int, int], share: float, seed: int) -> sp.csr_matrix:
    """Return small whole numbers, so that sums are exact and many are equal; one row is empty."""
    random = np.random.default_rng(seed)
    numbers = random.integers(1, 4, shape) * (random.random(shape) < share)
    numbers[2] = 0
    return sp.csr_matrix(numbers.astype(np.float32))


@pytest.mark.parametrize("most", [1, 3, 10, 40, 100])
@pytest.mark.parametrize("share", [0.05, 0.5, 1.0])
def test_the_best_entries_of_a_product_are_those_of_the_whole_product(
    most: int, share: float
) -> None:
    left, right = random_sparse((9, 20), share, 0), random_sparse((20, 40), share, 1)
    products = (left @ right).toarray()
    best = best_of_product(left, right, most)
    assert best.has_canonical_format
    assert best.shape == products.shape
    for row, whole_row in enumerate(products):
        own = best[row]
        assert own.nnz == min(most, np.count_nonzero(whole_row))
        np.testing.assert_array_equal(own.data, whole_row[own.indices])
        np.testing.assert_array_equal(np.sort(own.data)[::-1], np.sort(whole_row)[::-1][: own.nnz])
    unsorted = best_of_product(left, right, most, is_sorted=False)
    unsorted.sort_indices()
    np.testing.assert_array_equal(unsorted.toarray(), best.toarray())


def test_of_equal_entries_of_a_product_those_of_its_first_rows_are_kept() -> None:
    left = sp.csr_matrix(np.array([[1, 1]], np.float32))
    right = sp.csr_matrix(np.array([[0, 0, 0, 1, 1, 2], [1, 1, 1, 0, 0, 0]], np.float32))
    assert best_of_product(left, right, 3).indices.tolist() == [3, 4, 5]


@pytest.mark.parametrize("most", [(1, 3), (10, 1), (3, 10), (100, 100)])
@pytest.mark.parametrize("share", [0.05, 0.5, 1.0])
def test_the_best_of_a_product_and_of_its_scaled_columns_are_those_of_each_alone(
    most: tuple[int, int], share: float
) -> None:
    left, right = random_sparse((9, 20), share, 0), random_sparse((20, 40), share, 1)
    scales = np.random.default_rng(2).choice([0.25, 0.5, 2, 4], 40).astype(np.float32)
    # With the entries in the same order: of equal ones the first is kept.
    scaled = scaled_columns(right, scales)
    both = best_of_product_and_scaled(left, right, scales, most)
    alone = best_of_product(left, right, most[0]), best_of_product(left, scaled, most[1])
    for one, other in zip(both, alone, strict=True):
        one.sort_indices()
        np.testing.assert_array_equal(one.toarray(), other.toarray())


def test_entries_of_a_product_are_looked_up_in_whatever_order_they_are_asked_for() -> None:
    left, right = random_sparse((9, 20), 0.3, 0), random_sparse((20, 40), 0.3, 1)
    rows = [[7, 3, 39], [], [0], *([[5]] * 6)]
    pointers = np.cumsum([0, *(len(row) for row in rows)])
    columns = np.concatenate(rows).astype(np.int64)
    values = product_at(left, right, pointers, columns)
    assert values.dtype == np.float32
    owners = np.repeat(np.arange(len(rows)), np.diff(pointers))
    np.testing.assert_array_equal(values, (left @ right).toarray()[owners, columns])


def test_blocks_that_have_no_solution_are_an_error() -> None:
    # A ridge of less than nothing makes every matrix indefinite.
    matrix = taste_history().matrix()
    with pytest.raises(ArithmeticError, match="positive definite"):
        local_ease(matrix, [-1e6], size=10)
