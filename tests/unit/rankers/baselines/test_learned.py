"""The baselines that learn who acted on what: against their formulas, written out densely."""

import numpy as np
import pytest

from alsolike.history import History, Split, split_by_time
from alsolike.history.recent import recent_products
from alsolike.progress import ignore_progress
from alsolike.rankers.baselines.ials import IalsRanker
from alsolike.rankers.baselines.queried import LATEST, WHOLE, EaseRanker, ItemKnnRanker, Query
from alsolike.rankers.by_name import BASELINES, UnknownRankerError, baseline
from alsolike.rankers.protocol import ScoreRanker
from tests.fixtures.history import catalogue, history, random_history, taste_history


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


def test_there_are_seven_baselines_under_their_names() -> None:
    assert BASELINES == (
        "popular", "recently-popular", "item-knn", "ease", "ials", "text", "average",
    )  # fmt: skip
    assert [baseline(name).name for name in BASELINES] == list(BASELINES)
    with pytest.raises(UnknownRankerError, match="no baseline magic: choose one of popular, "):
        baseline("magic")
