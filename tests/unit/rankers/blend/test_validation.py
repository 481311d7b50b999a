"""Validation asks both ways, at one moment and before every next action; each counts the same."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from alsolike.history import History, Split, split_history
from alsolike.progress import ignore_progress
from alsolike.rankers.blend import candidates as gathering
from alsolike.rankers.blend import validation
from alsolike.rankers.blend.candidates import (
    COLD,
    HIDDEN,
    WARM,
    Candidates,
    ValidationSlice,
    gather,
    join,
)
from alsolike.rankers.blend.pairs import ScoredPairs
from alsolike.rankers.blend.recipe import Recipe
from alsolike.rankers.blend.rows import KeptSpace
from alsolike.rankers.blend.validation import (
    balance,
    cut_slices,
    draw_slices,
    fit_slice,
    levels_of,
    queries_of,
)
from alsolike.rankers.blend.weights import NdcgOfKinds, best_of_features, choose_weights
from tests.fixtures.history import catalogue, history, taste_history
from tests.unit.rankers.blend.test_fit import texts

RECIPE = Recipe(factors=8, neighbours=20)


def fitted(
    known: History,
    queries: list[dict[str, Any]],
    *,
    is_telling: bool,
    questions: list[Split] | None = None,
    recipe: Recipe = RECIPE,
) -> list[ValidationSlice]:
    """Return a history's first slice, or some questions of it, fitted."""
    return fit_slice(
        questions or next(cut_slices(known, recipe)),
        texts(known, is_telling=is_telling),
        recipe,
        queries,
        np.random.default_rng(0),
        ignore_progress,
        {},
    )


def test_a_slice_is_asked_both_ways_of_the_same_past() -> None:
    # Everybody goes on for twenty days, with a product each day.
    events = [(shopper, (shopper + day) % 30, day) for shopper in range(40) for day in range(20)]
    known = history(catalogue(30), events)
    first = next(cut_slices(known, RECIPE))
    assert [one.name for one in first] == ["time", "next"]
    at_once, one_by_one = first
    assert len(at_once.known) == len(one_by_one.known) < len(known)
    assert len(one_by_one.shoppers) > len(at_once.shoppers)
    for way in ("time", "next"):
        (alone,) = next(cut_slices(known, replace(RECIPE, validation=way)))
        assert alone.name == way


def test_a_shop_to_which_nobody_comes_back_is_asked_both_ways() -> None:
    # The time split tests who began after the cutoff, by their last product.
    events = [
        (shopper, product, 2 * shopper + place)
        for shopper in range(30)
        for place, product in enumerate((shopper % 3, 3 + shopper % 4))
    ]
    known = history(catalogue(8), events)
    first = next(cut_slices(known, RECIPE))
    assert [one.name for one in first] == ["time", "next"]
    # Neither learns from what those did before their last product.
    assert len(first[0].known) == len(first[1].known) == len(split_history("next", known).known)


@pytest.mark.parametrize("enough", [1, 1000], ids=["enough rows", "few rows"])
def test_each_way_counts_the_same_unless_it_has_few_rows(
    enough: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation, "_ENOUGH_ROWS", enough)
    known = taste_history()
    by_time, by_next = next(cut_slices(known, RECIPE))
    questions = [by_time.only(by_time.rows[::3]), by_next]
    slices = fitted(known, queries_of(known)[:1], is_telling=False, questions=questions)
    assert [part.asked.name for part in slices] == ["time", "next"]
    assert slices[0].spaces is slices[1].spaces
    parts = gather(slices, slices[0].spaces, slices[0].priors, 50, ignore_progress)
    weighed = balance(slices, levels_of(slices, parts))
    for part, candidates in zip(weighed, parts, strict=True):
        candidates.weights[:] = part.weight
    shares = [best_of_features(part) * part.weights.sum() for part in parts]
    expected = [min(1, len(part.truths) / enough) for part in parts]
    assert len(parts[0].truths) != len(parts[1].truths)
    assert shares == pytest.approx(expected)
    # The weighted mean lies between the two, where the weights put it.
    measures = [NdcgOfKinds(part, (WARM,), rivals=(WARM,)) for part in parts]
    alone = [
        measure(measure.packed(part.features[0][:, :, 0]))
        for measure, part in zip(measures, parts, strict=True)
    ]
    counted = [part.weights[part.truths[:, WARM] > 0].sum() for part in parts]
    both = join(parts)
    measure = NdcgOfKinds(both, (WARM,), rivals=(WARM,))
    assert measure(measure.packed(both.features[0][:, :, 0])) == pytest.approx(
        np.average(alone, weights=counted)
    )


def daily_history() -> History:
    """Return ten shoppers who come every day for a product new to them, all of them on offer."""
    events = [
        (shopper, (7 * shopper + day) % 90, day) for shopper in range(10) for day in range(60)
    ]
    return history(catalogue(90), [*((10, product, 0) for product in range(90)), *events])


def test_slices_are_cut_until_each_way_has_enough_rows() -> None:
    known = daily_history()
    recipe = replace(RECIPE, validation_shoppers=120)
    slices = [*cut_slices(known, recipe)]
    counts = [{one.name: len(one.shoppers) for one in questions} for questions in slices]
    # The next split has enough of the first slice alone, the time split of the second too.
    assert counts[0]["next"] >= 20 > counts[0]["time"]
    assert len(slices) == 2
    assert sum(count["time"] for count in counts) >= 20
    assert len(draw_slices(known, recipe)) == len(slices)
    # With more wanted than there are, every slice is cut, and drawn twice.
    assert len(draw_slices(known, RECIPE)) == 2 * RECIPE.validation_slices


def test_a_large_catalogue_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    known = daily_history()
    monkeypatch.setattr(validation, "SMALL", len(known.catalogue) - 1)
    assert len(draw_slices(known, RECIPE)) == RECIPE.validation_slices


def test_spaces_are_weighed_on_fewer_rows_than_the_kept_neighbours_are_asked_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(validation, "_FEWEST_SHOPPERS", 5)
    known = daily_history()
    # A question a shopper and way, of some fifty actions each.
    recipe = replace(RECIPE, validation_actions=1_000)
    slices = fitted(known, queries_of(known)[-1:], is_telling=False, recipe=recipe)
    by_time, by_next = slices
    few = [part.of_few() for part in slices]
    counts = [len(part.asked.shoppers) for part in few]
    # Ten shoppers are all that one way has.
    assert len(by_time.asked.shoppers) == 10 >= counts[0]
    assert len(by_next.asked.shoppers) == 4 * counts[1]
    for part, fewer in zip(slices, few, strict=True):
        assert fewer.spaces is part.spaces
        assert part.few is not None
        for name in ("known", "truth"):
            whole, own = getattr(part, name), getattr(fewer, name)
            assert (whole[part.few] != own).nnz == 0
        assert (fewer.asked.moments == part.asked.moments[part.few]).all()
        assert (part.queries[0][part.few] != fewer.queries[0]).nnz == 0
    # Nothing is left to leave out.
    assert few[0].of_few().asked is few[0].asked


def test_no_product_competes_before_it_exists() -> None:
    known = daily_history()
    slices = fitted(known, queries_of(known), is_telling=True)
    part = slices[1]
    moments = part.asked.moments
    middle = int(np.median(moments))
    assert moments.min() < middle < moments.max()
    # Each second product begins in the middle of the questions.
    is_late = np.arange(len(known.catalogue)) % 2 == 1
    begins = np.where(is_late, middle, known.catalogue.exists_from)
    later = replace(known.catalogue, exists_from=begins)
    asked = replace(part.asked, known=replace(part.asked.known, catalogue=later))
    (found,) = gather([replace(part, asked=asked)], part.spaces, part.priors, 50, ignore_progress)
    late = (found.products >= 0) & is_late[found.products]
    assert not late[moments <= middle].any()
    assert late[moments > middle].any()


def test_slices_of_one_fit_are_scored_together_as_if_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = taste_history()
    slices = fitted(known, queries_of(known), is_telling=True)
    asked: list[int] = []
    score = gathering.score_pairs

    def count(*given: Any) -> ScoredPairs:
        asked.extend(given[1].tolist())
        return score(*given)

    monkeypatch.setattr(gathering, "score_pairs", count)
    spaces, priors = slices[0].spaces, slices[0].priors
    together = gather(slices, spaces, priors, 50, ignore_progress)
    # Each product once, however many shoppers and slices.
    assert len(asked) == len(set(asked))
    for part, found in zip(slices, together, strict=True):
        (alone,) = gather([part], spaces, priors, 50, ignore_progress)
        for field in fields(Candidates):
            one, other = getattr(alone, field.name), getattr(found, field.name)
            np.testing.assert_allclose(one, other, rtol=1e-6)


def test_as_many_neighbours_are_added_up_as_serving_would() -> None:
    known = taste_history()
    (part, *_) = fitted(known, queries_of(known)[-1:], is_telling=False)
    size = len(known.catalogue)
    kept = np.random.default_rng(1).random((size, size), np.float32)
    np.fill_diagonal(kept, 0)
    space = KeptSpace(np.arange(size), sp.csr_matrix(kept))
    (query,) = part.queries
    asked = replace(part, queries=[query, query], neighbour_rows=[12, size * size])
    (found,) = gather([asked], [space], part.priors, size, ignore_progress)
    for shopper in range(query.shape[0]):
        weights = query[shopper].toarray().ravel().astype(np.float64)
        # As recs.scored_products shares them out.
        depths = np.ceil(12 * weights / weights.sum())
        ranks = (-kept).argsort(axis=1).argsort(axis=1) + 1
        expected = weights @ np.where(ranks <= depths[:, None], kept, 0), weights @ kept
        products = found.products[shopper]
        is_there = products >= 0
        for way, sums in enumerate(expected):
            np.testing.assert_allclose(
                found.features[way, shopper, is_there, 0], sums[products[is_there]], rtol=1e-5
            )


def test_neighbours_are_ranked_by_what_a_published_model_multiplies_them_by() -> None:
    known = taste_history()
    (part, *_) = fitted(known, queries_of(known)[-1:], is_telling=False)
    size = len(known.catalogue)
    random = np.random.default_rng(1)
    kept = random.random((size, size), np.float32)
    np.fill_diagonal(kept, 0)
    factors = [np.ones(size, np.float32), random.random(size, np.float32)]
    (query,) = part.queries
    asked = replace(part, queries=[query, query], neighbour_rows=[12, 12], factors=factors)
    space = KeptSpace(np.arange(size), sp.csr_matrix(kept))
    (found,) = gather([asked], [space], part.priors, size, ignore_progress)
    for way, factor in enumerate(factors):
        ranks = (-kept * factor).argsort(axis=1).argsort(axis=1) + 1
        for shopper in range(query.shape[0]):
            weights = query[shopper].toarray().ravel().astype(np.float64)
            depths = np.ceil(12 * weights / weights.sum())
            sums = weights @ np.where(ranks <= depths[:, None], kept, 0)
            products = found.products[shopper]
            is_there = products >= 0
            np.testing.assert_allclose(
                found.features[way, shopper, is_there, 0], sums[products[is_there]], rtol=1e-5
            )


def test_a_row_that_counts_more_draws_the_weights_to_it() -> None:
    features = np.zeros((1, 2, 2, 2), np.float32)
    # The first feature ranks the first shopper's product best, the second feature the other's.
    features[0, 0] = [[1, 0], [0, 1]]
    features[0, 1] = [[1, 0], [0, 1]]
    is_truth = np.array([[True, False], [False, True]])
    candidates = Candidates(
        features,
        np.array([[0, 1], [0, 1]], np.int32),
        np.zeros((2, 2), np.int8),
        is_truth,
        np.array([[1, 0, 0], [1, 0, 0]]),
        np.array([3.0, 1.0]),
    )
    measure = NdcgOfKinds(candidates, (WARM,), rivals=(WARM,))
    first, second = measure.planes(features[0], np.arange(2))
    assert measure(first) == pytest.approx(0.75)
    assert measure(second) == pytest.approx(0.25)


def test_leave_one_out_is_asked_one_way() -> None:
    known = taste_history()
    (split,) = next(cut_slices(known, replace(RECIPE, validation="leave-one-out")))
    assert len(split.known) == len(split_history("leave-one-out", known).known)


def test_products_without_events_cost_little_where_nobody_comes_to_them() -> None:
    # Of each shopper: what they came to, another product, one without events, and one whose events
    # are hidden and to which they came too. Only texts know the last two.
    count = 20
    of_behaviour, of_texts = [0.6, 0.5, 0, 0], [0, 0, 0.9, 0.8]
    features = np.array([of_behaviour, of_texts], np.float32).T
    candidates = Candidates(
        np.broadcast_to(features, (1, count, 4, 2)).copy(),
        np.broadcast_to(np.arange(4, dtype=np.int32), (count, 4)),
        np.broadcast_to(np.array([WARM, WARM, COLD, HIDDEN], np.int8), (count, 4)),
        np.broadcast_to(np.array([True, False, False, True]), (count, 4)),
        np.broadcast_to(np.array([1, 0, 1]), (count, 3)),
        np.ones(count),
    )
    # Hidden products reach plain text only where cold ones come before all others.
    blend = choose_weights(
        candidates,
        is_text=np.array([False, True]),
        reference=1,
        seed=0,
        report=ignore_progress,
    )
    assert 0 < 0.9 * blend.cold_weights[1] < 0.6 * blend.weights[0]
