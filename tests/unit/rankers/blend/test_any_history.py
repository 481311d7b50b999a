"""Whatever a shop's history looks like, training gives a sound model or one clear error.

More and larger histories: `FIT_EXAMPLES=300 pytest tests/unit/rankers/blend/test_any_history.py`.
"""

import json
import os
import time
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alsolike.errors import AlsolikeError
from alsolike.history import KINDS
from alsolike.progress import ignore_progress
from alsolike.rankers.blend import candidates as gathering
from alsolike.rankers.blend import weights as weighing
from alsolike.rankers.blend.fit import FittedModel, fit_model
from alsolike.rankers.blend.recipe import Recipe
from alsolike.rankers.spaces.behaviour import CooccurrenceSpace
from alsolike.rankers.spaces.factors import spectral_space
from alsolike.rankers.spaces.linear import gram
from alsolike.rankers.spaces.local import local_ease
from alsolike.rankers.spaces.sequence import transition_space
from tests.fixtures.any_history import Shape, make_history, make_texts
from tests.fixtures.history import DAY, catalogue
from tests.fixtures.history import history as history_of

EXAMPLES = int(os.environ.get("FIT_EXAMPLES", "0"))
MOST_SHOPPERS, MOST_PRODUCTS = (1000, 600) if EXAMPLES else (40, 30)

shapes = st.builds(
    Shape,
    shoppers=st.integers(1, MOST_SHOPPERS),
    products=st.integers(1, MOST_PRODUCTS),
    returning=st.sampled_from([0.0, 0.03, 0.25, 1.0]),
    visits=st.sampled_from([1, 2, 12]),
    kind=st.sampled_from([None, *KINDS]),
    spread=st.sampled_from(["even", "popular", "one"]),
    days=st.sampled_from([0, 1, 60]),
    duplicates=st.sampled_from([1, 3]),
    bot=st.sampled_from([0, MOST_PRODUCTS]),
    sold_out=st.sampled_from([0.0, 0.5, 1.0]),
    texts=st.sampled_from(["names", "same", "none"]),
    seed=st.integers(0, 1000),
)


def fit(shape: Shape, recipe: Recipe) -> FittedModel | None:
    """Fit a model and see that it is sound; None where there was one clear error."""
    history = make_history(shape)
    refused: AlsolikeError | None = None
    try:
        fitted = fit_model(history, make_texts(shape), recipe, ignore_progress)
    except AlsolikeError as error:
        refused, fitted = error, None
    if fitted is None:
        assert len(str(refused).splitlines()) == 1
        return None
    neighbours, scores = fitted.neighbours(np.arange(shape.products))
    assert np.isfinite(scores).all()
    assert (scores >= 0).all()
    for row, values in zip(neighbours, scores, strict=True):
        assert ((row >= 0) == (values > 0)).all()
        assert len(np.unique(row[row >= 0])) == np.count_nonzero(row >= 0)
    assert not (scores * (neighbours == np.arange(shape.products)[:, None])).any()
    assert np.isfinite(fitted.priors).all()
    assert (fitted.priors >= 0).all()
    # No NaN: neither Postgres nor a reader of the output takes it.
    json.dumps({"learned": fitted.learned, "serving": fitted.serving}, allow_nan=False)
    return fitted


@settings(
    max_examples=EXAMPLES or 25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=not EXAMPLES,
    database=None,
)
@given(shape=shapes, validation=st.sampled_from(["both", "time", "next", "leave-one-out"]))
def test_any_history_gives_a_sound_model_or_one_clear_error(shape: Shape, validation: str) -> None:
    fit(shape, Recipe(validation=validation))


@pytest.mark.parametrize(
    "shape",
    [
        Shape(shoppers=1, products=1),
        Shape(shoppers=1, products=50, returning=1, visits=40),
        Shape(shoppers=50, products=1, returning=1),
        Shape(shoppers=30, products=20, spread="all", days=0),
        Shape(shoppers=30, products=20, spread="all"),
        Shape(shoppers=200, products=50, returning=0.5, spread="one"),
        Shape(shoppers=200, products=50, returning=1, days=0),
        Shape(shoppers=200, products=50, returning=0.5, sold_out=1),
        Shape(shoppers=200, products=50, returning=0.5, sold_out=0.9, texts="none"),
        Shape(shoppers=200, products=50, returning=0.5, duplicates=4, texts="same"),
        # Neighbours rank nothing; nobody has a candidate.
        Shape(
            shoppers=2,
            products=10,
            kind=None,
            spread="all",
            days=1,
            duplicates=3,
            bot=10,
            sold_out=0.9,
            seed=96,
        ),
        Shape(
            shoppers=3,
            products=10,
            spread="popular",
            days=1,
            duplicates=3,
            bot=10,
            sold_out=0.5,
            texts="none",
            seed=227,
        ),
        Shape(shoppers=60, products=150, returning=0.5, bot=150),
    ],
    ids=str,
)
@pytest.mark.parametrize("validation", ["both", "time", "next", "leave-one-out"])
def test_odd_shops_give_a_sound_model_or_one_clear_error(shape: Shape, validation: str) -> None:
    fit(shape, Recipe(validation=validation))


@pytest.mark.parametrize("returning", [0.04, 0.25])
def test_a_shop_whose_customers_mostly_bought_once_gets_a_model(returning: float) -> None:
    shape = Shape(shoppers=400, products=600, returning=returning, seed=5)
    fitted = fit(shape, Recipe())
    assert fitted is not None
    assert not fitted.left_out


@pytest.mark.parametrize("shoppers", [200, 400, 1000])
@pytest.mark.parametrize("returning", [0.03, 0.1, 0.25])
def test_patterns_of_shoppers_who_bought_once_take_no_time(shoppers: int, returning: float) -> None:
    history = make_history(Shape(shoppers=shoppers, products=600, returning=returning))
    started = time.process_time()
    space = spectral_space(history.matrix(), factors=128, seed=0)
    rows = space.neighbours(np.arange(600), 600)
    # Of all threads; some tenths of a second by themselves.
    assert time.process_time() - started < 8
    assert np.isfinite(rows.data).all()
    assert rows.nnz


def test_a_product_that_only_shoppers_with_one_have_says_nothing() -> None:
    matrix = sp.csr_matrix(np.array([[1, 0, 0, 0], *[[0, 1, 1, 0]] * 2], np.float32))
    rows = spectral_space(matrix, factors=3, seed=0).neighbours(np.arange(4), 4)
    assert np.argwhere(rows.toarray()).tolist() == [[1, 2], [2, 1]]


def test_a_space_that_fails_on_the_whole_history_alone_has_no_weight() -> None:
    # Everybody has a product to themselves and one of the next's, over days; on the last day one
    # shopper comes to two products that nobody else has: no matrix can tell those apart.
    random = np.random.default_rng(2)
    events = [(shopper, shopper % 20, 1) for shopper in range(100)]
    events += [(shopper, int(random.integers(20)), 2 + shopper % 30) for shopper in range(60, 100)]
    events += [(99, 20, 40), (99, 21, 40)]
    known = history_of(catalogue(22), events)
    texts = make_texts(Shape(shoppers=100, products=22))
    fitted = fit_model(known, texts, Recipe(ease_regularisation=-0.5), ignore_progress)
    assert {"ease", "ease_smooth"} <= set(fitted.left_out)
    assert all(name.startswith("ease") for name in fitted.left_out)
    assert fitted.learned["weights"]["ease"] == 0
    # It is one that fails on the whole alone.
    before = known.only(known.times < 40 * DAY)
    assert local_ease(before.matrix(), [-0.5], 100)[0].nnz


def test_vectors_that_are_no_numbers_leave_the_text_out() -> None:
    shape = Shape(shoppers=80, products=30, returning=1, visits=3)
    texts = make_texts(shape)
    texts.vectors[3] = np.nan
    fitted = fit_model(make_history(shape), texts, Recipe(), ignore_progress)
    assert set(fitted.left_out) == {"text"}
    assert np.isfinite(fitted.rows(np.arange(30)).data).all()


def test_a_newcomer_is_worth_no_more_than_its_text_can_say() -> None:
    # Vectors are nearly at right angles while words are the same: their quotient is immense.
    shape = Shape(shoppers=200, products=40, returning=1, visits=3, texts="same")
    texts = make_texts(shape)
    vectors = np.eye(40, dtype=np.float32)
    vectors[0, 1] = 1e-6
    fitted = fit_model(
        make_history(shape), replace(texts, vectors=vectors), Recipe(), ignore_progress
    )
    assert 0 <= fitted.newcomer_scale <= sum(fitted.learned["cold_weights"].values()) + 1e-3


def test_weights_are_not_chosen_for_what_rounding_leaves_of_others() -> None:
    # One shopper, whose product is among the worse of 14 by each of three features.
    for seed in range(100):
        random = np.random.default_rng(seed)
        features = random.random((1, 14, 3)).astype(np.float32)
        is_truth = np.arange(14) == 0
        features[0, 0] = np.quantile(features[0], 0.35, axis=0)
        candidates = gathering.Candidates(
            features[None],
            np.arange(14, dtype=np.int32)[None],
            np.zeros((1, 14), np.int8),
            is_truth[None],
            np.array([[1, 0, 0]]),
            np.ones(1),
        )
        measure = weighing.NdcgOfKinds(candidates, (gathering.WARM,), (gathering.WARM,))
        start = random.dirichlet(np.ones(3))
        planes = measure.planes(features, np.arange(3))
        value, weights = weighing._climb(planes, start, measure)
        assert weights.any()
        assert value == measure(weighing._added(planes, weights))


def test_the_ndcg_that_weights_are_chosen_for_is_that_of_whole_lists() -> None:
    random = np.random.default_rng(3)
    kinds = random.integers(-1, 3, (40, 30)).astype(np.int8)
    is_truth = (random.random((40, 30)) < 0.1) & (kinds >= 0)
    # A fifth has nothing among the candidates, and of all some products are not.
    is_truth[::5] = False
    found = [np.count_nonzero(is_truth & (kinds == kind), axis=1) for kind in range(3)]
    truths = np.stack(found, axis=1) + random.integers(2, size=(40, 3))
    candidates = gathering.Candidates(
        np.zeros((1, 40, 30, 1), np.float32),
        np.zeros((40, 30), np.int32),
        kinds,
        is_truth,
        truths,
        np.ones(40),
    )
    # Few different ones, so that many are equal.
    scores = random.integers(9, size=(40, 30)).astype(np.float32)
    for counted, rivals in (((0,), (0,)), ((2,), (1, 2)), ((0, 1), (0, 1, 2))):
        measure = weighing.NdcgOfKinds(candidates, counted, rivals)
        total, shoppers = 0.0, 0
        for row in range(40):
            wanted = int(truths[row, counted].sum())
            if not wanted:
                continue
            shoppers += 1
            own = scores[row, np.isin(kinds[row], rivals)]
            ranks = [
                np.sum(own > score) + (np.sum(own == score) - 1) / 2
                for score in scores[row, is_truth[row] & np.isin(kinds[row], counted)]
                if score > 0
            ]
            ideal = sum(1 / np.log2(rank + 2) for rank in range(min(wanted, 10)))
            total += sum(1 / np.log2(rank + 2) for rank in ranks if rank < 10) / ideal
        assert measure(measure.packed(scores)) == pytest.approx(total / shoppers)


def test_shoppers_with_many_products_are_gathered_few_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # 100 products at once.
    monkeypatch.setattr(gathering, "_PAIRS_MEMORY", 4000)
    counts = np.array([1] * 300 + [60] * 5 + [150] + [1] * 3)
    pointers = np.concatenate([[0], np.cumsum(counts)])
    products = np.arange(pointers[-1])
    # What the first 200 shoppers acted on is one product.
    products[:200] = 0
    query = sp.csr_matrix((np.ones(len(products)), products, pointers), shape=(309, 1000))
    batches = list(gathering._batches(query, 40))
    assert np.concatenate(batches).tolist() == list(range(309))
    for rows in batches:
        assert len(np.unique(query[rows].indices)) <= 100 or len(rows) == 1
    assert len(batches[0]) == 299
    assert len(batches) < 9


def test_one_shopper_with_thousands_of_products_squares_nothing() -> None:
    count = 6000
    # Two visits, half of the catalogue each: nine million pairs.
    events = [(0, product, product % 2) for product in range(count)]
    known = history_of(catalogue(count), [*events, (1, 0, 0), (1, 1, 1)])
    tracemalloc.start()
    try:
        transitions = transition_space(known)
        assert transitions.neighbours(np.arange(4), count)[0, 1] > 0
        CooccurrenceSpace(known.matrix()).neighbours(np.arange(4), 100)
        spectral_space(known.matrix(), factors=128, seed=0).neighbours(np.arange(4), 100)
        _, peak = tracemalloc.get_traced_memory()
        assert peak < 64 * 2**20
        tracemalloc.reset_peak()
        # The whole matrix is wanted here, 144 MB, but nothing of that size beside it.
        gram(known.matrix(), 1.0)
        _, peak = tracemalloc.get_traced_memory()
        assert peak < 320 * 2**20
    finally:
        tracemalloc.stop()
