"""Text and average, from vectors given by hand."""

import numpy as np

from alsolike.dbt_variables import dbt_variables
from alsolike.history import DAY, History, Split
from alsolike.models import ServingOptions
from alsolike.progress import ignore_progress
from alsolike.rankers.baselines.average import AverageRanker, average_vectors, faded_interactions
from alsolike.rankers.baselines.queried import TextRanker
from alsolike.rankers.protocol import ScoreRanker
from alsolike.texts import TextEncoder, TextParts
from tests.fixtures.history import catalogue, history

# Products 0 and 1 read alike, 2 is another thing, 3 has no text.
NAMES = np.array([[1, 0, 0], [0.8, 0.6, 0], [0, 0, 1], [0, 0, 0]], np.float32)
DETAILS = np.array([[1, 0, 0], [0, 0, 0], [0, 0, 1], [0, 0, 0]], np.float32)
PARTS = TextParts(TextEncoder(1, 3), NAMES, DETAILS)
OPTIONS = ServingOptions(
    decay=0.85,
    actions=20,
    purchase_weight=3,
    review_weight=2,
    view_weight=1,
    neighbour_rows=1000,
    pool=30,
    diversity=0,
    category_share=1,
    brand_share=1,
)


def _scores(ranker: ScoreRanker, known: History) -> np.ndarray:
    shoppers = np.arange(known.shape[0], dtype=np.int32)
    moments = np.full(len(shoppers), known.times.max() + DAY)
    split = Split("time", known, shoppers, known.matrix(), moments)
    ranker.fit(split, ignore_progress)
    return ranker.scores(np.arange(len(shoppers)))


def test_text_ranks_what_reads_like_the_latest_products() -> None:
    known = history(catalogue(4), [(0, 0, 1), (1, 2, 1), (1, 0, 2), (2, 3, 1)])
    scores = _scores(TextRanker(PARTS), known)
    np.testing.assert_allclose(scores, [[1, 0.8, 0, 0], [1, 0.8, 0.7, 0], [0, 0, 0, 0]], atol=1e-6)


def test_interactions_halve_with_dbts_half_life() -> None:
    days = int(dbt_variables()["half_life_days"])
    known = history(catalogue(2), [(0, 0, 0), (0, 0, days), (1, 1, 2 * days)])
    expected = [[0.25 + 0.5, 0], [0, 1]]
    np.testing.assert_allclose(faded_interactions(known).toarray(), expected)


def test_average_adds_the_taste_of_a_products_shoppers() -> None:
    known = history(catalogue(4), [(0, 0, 5), (0, 2, 5), (1, 3, 5)], shoppers=2)
    vectors = average_vectors(known, PARTS)
    # The shopper of 0 and 2 lies half way between them: that is the actions part of both.
    half = np.sqrt(0.5)
    expected = np.array([2 + half, 0, half])
    np.testing.assert_allclose(vectors[0], expected / np.linalg.norm(expected), atol=1e-3)
    np.testing.assert_allclose(vectors[1], NAMES[1], atol=1e-3)
    assert not vectors[3].any()
    assert (vectors == vectors.astype(np.float16)).all()


def test_average_ranks_products_without_a_vector_last() -> None:
    known = history(catalogue(4), [(0, 0, 5), (1, 3, 5)])
    scores = _scores(AverageRanker(PARTS, OPTIONS), known)
    assert scores[0].argmax() == 0
    assert (scores[:, 3] == -2).all()
    assert scores[0, 1] > scores[0, 2] > -2
    assert (scores[1, :3] == 0).all()
