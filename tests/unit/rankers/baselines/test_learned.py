"""The baselines that learn who acted on what: against their formulas, written out densely."""

from datetime import UTC, datetime

import numpy as np
import pytest

from alsolike.history import History, Split, split_by_time, split_next
from alsolike.history.recent import recent_products
from alsolike.progress import ignore_progress
from alsolike.rankers.baselines.aged import HALF_LIVES, AgedEaseRanker
from alsolike.rankers.baselines.ials import IalsRanker
from alsolike.rankers.baselines.queried import (
    LATEST,
    WHOLE,
    EaseRanker,
    ItemKnnRanker,
    LastItemRanker,
    Query,
)
from alsolike.rankers.by_name import BASELINES, UnknownRankerError, baseline
from alsolike.rankers.protocol import ScoreRanker
from tests.fixtures.history import DAY, catalogue, history, random_history, taste_history


def _split(made: History | None = None) -> Split:
    return split_by_time(made or random_history())


def _fitted(ranker: ScoreRanker, split: Split) -> np.ndarray:
    ranker.fit(split, ignore_progress)
    scores = ranker.scores(np.arange(len(split.shoppers)))
    assert scores.dtype == np.float32
    assert scores.shape == split.truth.shape
    assert np.isfinite(scores).all()
    assert scores.flags.writeable
    return scores


def _queries(split: Split, query: Query) -> np.ndarray:
    return recent_products(split.known, split.shoppers, **query._asdict()).toarray()


def _ease(split: Split, regularisation: float, query: Query) -> np.ndarray:
    known = split.known.matrix().toarray().astype(np.float64)
    inverse = np.linalg.inv(known.T @ known + regularisation * np.eye(known.shape[1]))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return _queries(split, query) @ weights


@pytest.mark.parametrize("query", [LATEST, WHOLE])
def test_item_knn_is_the_cosine_of_co_occurrence_without_the_diagonal(query: Query) -> None:
    split = _split()
    known = split.known.matrix().toarray().astype(np.float64)
    lengths = np.sqrt(known.sum(axis=0))
    lengths[lengths == 0] = 1
    cosines = (known / lengths).T @ (known / lengths)
    np.fill_diagonal(cosines, 0)
    expected = _queries(split, query) @ cosines
    np.testing.assert_allclose(_fitted(ItemKnnRanker(query=query), split), expected, atol=1e-5)


@pytest.mark.parametrize("query", [LATEST, WHOLE])
@pytest.mark.parametrize(("shoppers", "products"), [(90, 20), (20, 90)])
def test_ease_is_its_closed_form_on_either_side(shoppers: int, products: int, query: Query) -> None:
    split = _split(random_history(shoppers=shoppers, products=products, events=800))
    scores = _fitted(EaseRanker(regularisation=7, query=query), split)
    np.testing.assert_allclose(scores, _ease(split, 7, query), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("side", [13, 30])
def test_ease_leaves_out_the_rarest_products_and_says_so(side: int) -> None:
    split = _split(random_history(shoppers=60, products=40))
    ranker = EaseRanker(largest_side=side)
    stages: set[str] = set()
    ranker.fit(split, lambda stage, _done, _total: stages.add(stage))
    scores = ranker.scores(np.arange(len(split.shoppers)))
    counts = split.known.matrix().toarray().sum(axis=0)
    scored = np.flatnonzero(np.abs(scores).max(axis=0) > 0)
    assert len(scored) == side
    assert counts[scored].min() >= np.delete(counts, scored).max()
    assert ranker.note == f"the {side} most popular of 40 products"
    assert stages == {f"ease, {ranker.note}"}


def test_ials_finds_the_tastes_and_is_the_same_for_a_seed() -> None:
    split = _split(taste_history())
    scores = _fitted(IalsRanker(seed=3), split)
    groups = np.arange(scores.shape[1]) % 4
    own = groups == (split.shoppers % 4)[:, np.newaxis]
    known = split.known.matrix()[split.shoppers].toarray() > 0
    new_of_own = np.where(own & ~known, scores, np.nan)
    of_others = np.where(~own, scores, np.nan)
    better = np.nanmean(new_of_own, axis=1) > np.nanmean(of_others, axis=1)
    assert better.mean() > 0.95
    assert (_fitted(IalsRanker(seed=3), split) == scores).all()
    assert not (_fitted(IalsRanker(seed=4), split) == scores).all()


@pytest.mark.parametrize("name", [name for name in BASELINES if name not in {"text", "average"}])
def test_a_catalogue_of_one_product_and_shoppers_without_history_get_scores(name: str) -> None:
    single = history(catalogue(1), [(0, 0, 1)], shoppers=2)
    truth = single.matrix()
    split = Split("time", single, np.array([0, 1], np.int32), truth, np.array([0, 0]))
    assert _fitted(baseline(name), split).shape == (2, 1)


def test_there_are_ten_baselines_under_their_names() -> None:
    assert BASELINES == (
        "popular", "recently-popular", "last-item", "visit-knn", "item-knn", "ease", "ease-aged",
        "ials", "text", "average",
    )  # fmt: skip
    assert [baseline(name).name for name in BASELINES] == list(BASELINES)
    with pytest.raises(UnknownRankerError, match="no baseline magic: choose one of popular, "):
        baseline("magic")


@pytest.mark.parametrize("name", [name for name in BASELINES if name not in {"text", "average"}])
def test_what_came_after_a_moment_changes_no_score_of_it(name: str) -> None:
    made = random_history(events=1_500)
    whole = split_next(made)
    assert whole.cutoff is not None
    cutoff = datetime.fromtimestamp(whole.cutoff / 1e6, UTC)
    scores = _fitted(baseline(name), whole)
    # Only of the first rows, at which most is still to come.
    for row in np.argsort(whole.moments)[:3]:
        moment, shopper = whole.moments[row], whole.shoppers[row]
        is_past = made.times < moment
        is_past |= (made.shoppers == shopper) & (made.times == moment)
        past = split_next(made.only(is_past), cutoff)
        (there,) = np.flatnonzero((past.shoppers == shopper) & (past.moments == moment))
        np.testing.assert_allclose(_fitted(baseline(name), past)[there], scores[row], rtol=1e-6)


def test_a_shopper_who_is_asked_about_later_is_folded_in_by_ials() -> None:
    split = split_next(taste_history())
    # With the factors of what was learned from, a shopper would not see their later actions.
    scores = _fitted(IalsRanker(seed=3), split)
    groups = np.arange(scores.shape[1]) % 4
    own = groups == (split.shoppers % 4)[:, np.newaxis]
    had = split.had(np.arange(len(split.shoppers))).toarray() > 0
    better = np.nanmean(np.where(own & ~had, scores, np.nan), axis=1) > np.nanmean(
        np.where(~own, scores, np.nan), axis=1
    )
    assert better.mean() > 0.95


def test_folding_in_gives_the_factors_that_were_learned() -> None:
    made = taste_history()
    split = split_by_time(made)
    ranker = IalsRanker(seed=3, confidence=10.0)
    learned = _fitted(ranker, split)
    # The last half-step of the fit was of the products: another one of the shoppers moves little.
    folded = ranker.scores_of(split.had(np.arange(len(split.shoppers))))
    assert np.corrcoef(learned.ravel(), folded.ravel())[0, 1] > 0.99


@pytest.mark.parametrize("query", [LATEST, WHOLE])
def test_aged_ease_is_the_closed_form_of_aged_actions(query: Query) -> None:
    split = _split(random_history(shoppers=90, products=20, events=800))
    ranker = AgedEaseRanker(regularisation=7, query=query)
    ranker.half_life_days = 20
    known = split.known
    ages = (known.times.max() - known.times) / DAY
    aged = np.zeros(known.shape)
    np.maximum.at(aged, (known.shoppers, known.products), 0.5 ** (ages / 20))
    inverse = np.linalg.inv(aged.T @ aged + 7 * np.eye(20))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    expected = _queries(split, query) @ weights
    np.testing.assert_allclose(_fitted(ranker, split), expected, rtol=1e-3, atol=1e-5)


def _turning(*, turns: bool) -> History:
    """Return shoppers who buy pairs; with turns the pairs of the last weeks are new ones."""
    random = np.random.default_rng(2)
    events: list[tuple[int, int, int]] = []
    for shopper in range(600):
        day = int(random.integers(200))
        is_late = turns and day > 140
        first, item = int(random.integers(20)), 0
        item = 20 + (first + 7) % 20 if is_late else 20 + first
        events += [(shopper, first, day), (shopper, item, day + 1)]
    return history(catalogue(40), events)


def test_the_half_life_is_chosen_where_tastes_turn_and_left_out_where_they_stay() -> None:
    turned, steady = AgedEaseRanker(regularisation=1), AgedEaseRanker(regularisation=1)
    turned.fit(split_next(_turning(turns=True)), ignore_progress)
    steady.fit(split_next(_turning(turns=False)), ignore_progress)
    assert turned.half_life_days in HALF_LIVES[1:]
    assert steady.half_life_days is None


def test_last_item_knows_the_neighbours_of_one_product() -> None:
    split = _split()
    item_knn = ItemKnnRanker(query=Query(actions=1, decay=1.0))
    assert (_fitted(LastItemRanker(), split) == _fitted(item_knn, split)).all()
