"""Fitting: the blend finds what tells, is the same every time, and knows its limits."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from threadpoolctl import threadpool_info

from alsolike.history import History, SplitError
from alsolike.history.recent import recent_products
from alsolike.progress import ignore_progress
from alsolike.rankers.blend import choose as choosing
from alsolike.rankers.blend import fit as fitting
from alsolike.rankers.blend import pairs
from alsolike.rankers.blend.candidates import HIDDEN, ValidationSlice
from alsolike.rankers.blend.fit import FittedModel, fit_model
from alsolike.rankers.blend.recipe import Recipe, RecipeError
from alsolike.rankers.spaces import local
from alsolike.texts import Texts
from tests.fixtures.history import catalogue, dated, history, taste_history

RECIPE = Recipe(validation="leave-one-out", neighbours=20, factors=8)
GROUPS = 4


def texts(known: History, *, is_telling: bool) -> Texts:
    """Return names that tell the group of a product, or nothing."""
    count = len(known.catalogue)
    random = np.random.default_rng(3)
    groups = np.arange(count) % GROUPS
    vectors = random.normal(size=(count, 16))
    names = [f"item{number}" for number in range(count)]
    if is_telling:
        vectors = vectors * 0.2 + np.eye(16)[groups]
        names = [f"group{group} item{number}" for number, group in enumerate(groups)]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Texts(names, [""] * count, vectors.astype(np.float32))


def fit(known: History, *, is_telling: bool = False, recipe: Recipe = RECIPE) -> FittedModel:
    return fit_model(known, texts(known, is_telling=is_telling), recipe, ignore_progress)


def top(fitted: FittedModel, known: History, k: int = 5) -> NDArray[np.int64]:
    """Return the best products that each shopper has not had: shape (n_shoppers, k)."""
    query = recent_products(known, np.arange(len(known.shopper_ids)), **fitted.chosen.query)
    scores = query @ fitted.rows(np.arange(len(known.catalogue))) + fitted.priors
    scores[known.matrix().toarray() > 0] = -np.inf
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]


def test_shoppers_get_products_of_their_own_taste() -> None:
    known = taste_history()
    best = top(fit(known), known)
    taste = np.arange(len(best)) % GROUPS
    assert (best % GROUPS == taste[:, None]).mean() > 0.99


def test_the_worth_of_texts_is_not_learned_from_products_that_were_not_there_yet() -> None:
    """A shop where what comes new is bought at once: before it comes nobody can foretell it."""
    random = np.random.default_rng(4)
    events = [
        (shopper, int(product), day)
        for shopper in range(120)
        for day, product in enumerate(
            [
                *random.choice(np.arange(shopper % GROUPS, 60, GROUPS), 6, replace=False),
                # On the last day each buys what came on that day, of their own group.
                random.choice(np.arange(60 + shopper % GROUPS, 80, GROUPS)),
            ]
        )
    ]
    everybody = [(shopper, shopper % 60, 6) for shopper in range(120)]
    known = history(catalogue(100), events + everybody)
    recipe = replace(RECIPE, validation="time", validation_slices=1)
    leaking = fit(known, is_telling=True, recipe=recipe)
    honest = fit(dated(known, {}, loaded=90), is_telling=True, recipe=recipe)
    assert honest.newcomer_scale < leaking.newcomer_scale


def test_products_without_events_are_reached_by_their_texts() -> None:
    whole = taste_history()
    new = np.arange(0, 60, 7)
    known = whole.only(~np.isin(whole.products, new))
    fitted = fit(known, is_telling=True)
    # A product of the same group that somebody did act on.
    others = np.setdiff1d(np.arange(60), new)
    scores = fitted.rows(others).toarray()[:, new]
    is_same = (new % GROUPS)[None, :] == (others % GROUPS)[:, None]
    assert scores[is_same].min() > 0
    assert scores[is_same].mean() > 3 * scores[~is_same].mean()


def test_a_seed_gives_the_same_model_every_time() -> None:
    known = taste_history(shoppers=80)
    first, second = fit(known), fit(known)
    assert first.learned == second.learned
    everything = np.arange(60)
    assert (first.rows(everything) != second.rows(everything)).nnz == 0
    assert np.array_equal(first.priors, second.priors)


def test_the_number_of_cores_does_not_change_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    known = taste_history(shoppers=80)
    threads: set[int] = set()
    build = fitting.build_priors

    def note_threads(history: History) -> list[NDArray[np.float32]]:
        pools = threadpool_info()
        threads.update(pool["num_threads"] for pool in pools if pool["user_api"] == "blas")
        return build(history)

    monkeypatch.setattr(fitting, "build_priors", note_threads)
    # More than one part for each core.
    monkeypatch.setattr(pairs, "PRODUCTS_AT_ONCE", 7)
    monkeypatch.setattr(local, "_AT_ONCE", 4_000)
    models: list[FittedModel] = []
    for cores in (1, 2):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        models.append(fit(known))
    # Sums in more threads are rounded otherwise, in matrices larger than these.
    assert threads == {1}
    one, two = models
    assert one.learned == two.learned
    everything = np.arange(len(known.catalogue))
    for of_one, of_two in zip(one.neighbours(everything), two.neighbours(everything), strict=True):
        assert np.array_equal(of_one, of_two)


def test_neighbours_are_the_best_of_the_rows_best_first() -> None:
    fitted = fit(taste_history(shoppers=80))
    neighbours, scores = fitted.neighbours(np.arange(60))
    rows = np.maximum(fitted.rows(np.arange(60)).toarray() - fitted.centre, 0)
    assert neighbours.shape == scores.shape == (60, 20)
    # The best are kept, and only then are popular ones held back.
    kept = np.argsort(-rows, axis=1, kind="stable")[:, :20]
    assert np.array_equal(np.sort(neighbours, axis=1), np.sort(kept, axis=1))
    held_back = (rows * fitted.factors).astype(np.float32)
    assert np.array_equal(np.take_along_axis(held_back, neighbours, axis=1), scores)
    assert (np.diff(scores, axis=1) <= 0).all()


def test_parts_of_the_products_have_the_neighbours_that_all_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fitted = fit(taste_history(shoppers=80))
    neighbours, scores = fitted.neighbours(np.arange(60))
    monkeypatch.setattr(pairs, "PRODUCTS_AT_ONCE", 7)
    products, *of_parts = (
        np.concatenate(one) for one in zip(*fitted.neighbours_in_parts(np.arange(60)), strict=True)
    )
    assert np.array_equal(products, np.arange(60))
    assert np.array_equal(of_parts[0], neighbours)
    assert of_parts[1] == pytest.approx(scores, rel=1e-5)


@pytest.mark.parametrize(("most", "draws"), [(6_000, 2), (60, 1)])
def test_where_shoppers_are_few_a_slice_is_drawn_twice_with_other_products_hidden(
    monkeypatch: pytest.MonkeyPatch, most: int, draws: int
) -> None:
    hidden: list[NDArray[np.int64]] = []
    fit_slice = choosing.fit_slice

    def note_hidden(*arguments: Any) -> list[ValidationSlice]:
        slices = fit_slice(*arguments)
        hidden.append(np.flatnonzero(slices[0].kinds == HIDDEN))
        return slices

    monkeypatch.setattr(choosing, "fit_slice", note_hidden)
    recipe = replace(RECIPE, validation_slices=1, validation_shoppers=most)
    fit(taste_history(shoppers=80), recipe=recipe)
    assert len(hidden) == draws
    assert all(len(products) for products in hidden)
    assert len({products.tobytes() for products in hidden}) == draws


def test_only_the_most_popular_have_a_prior() -> None:
    fitted = fit(taste_history(), recipe=replace(RECIPE, priors=7))
    assert np.count_nonzero(fitted.priors) <= 7


@pytest.mark.parametrize(
    "events",
    [[], [(0, 0, 1)], [(0, 0, 1), (1, 1, 1)]],
    ids=["none", "one action", "one action each"],
)
@pytest.mark.parametrize("validation", ["both", "time", "next", "leave-one-out"])
def test_too_little_history_is_one_clear_error(
    events: list[tuple[int, int, int]], validation: str
) -> None:
    with pytest.raises(SplitError, match="too little history for the"):
        fit(history(catalogue(4), events), recipe=replace(RECIPE, validation=validation))


def test_the_least_history_that_can_be_split_gives_a_model() -> None:
    known = history(catalogue(3), [(0, 0, 1), (0, 1, 2), (1, 0, 1), (1, 2, 2)])
    neighbours, scores = fit(known).neighbours(np.arange(3))
    assert np.isin(neighbours, [-1, 0, 1, 2]).all()
    assert np.isfinite(scores).all()


def test_the_spaces_of_a_large_catalogue_name_half_as_many_candidates() -> None:
    recipe = Recipe(candidates=200)
    assert recipe.candidates_in(30_000) == 200
    assert recipe.candidates_in(30_001) == 100
    assert Recipe(candidates=1).candidates_in(1_000_000) == 1


def test_a_recipe_is_kept_and_followed_again() -> None:
    recipe = Recipe(seed=5, neighbours=40)
    assert Recipe.from_dict(recipe.as_dict()) == recipe
    with pytest.raises(RecipeError, match="colour"):
        Recipe.from_dict({**recipe.as_dict(), "colour": "red"})
    with pytest.raises(RecipeError, match="train the model anew"):
        Recipe.from_dict({})


def test_a_recipe_of_before_a_parameter_is_followed_as_it_was_then() -> None:
    kept = Recipe(seed=5).as_dict()
    del kept["validation_draws"]
    assert Recipe.from_dict(kept) == Recipe(seed=5, validation_draws=1)
    del kept["block"]
    with pytest.raises(RecipeError, match=r"\(block\)"):
        Recipe.from_dict(kept)
