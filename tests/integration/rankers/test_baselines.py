"""The baselines that read the database: text vectors, and the model that `embed` writes."""

from dataclasses import replace

import numpy as np
import pytest

from alsolike.history import ALWAYS, KINDS, Catalogue, History, Split
from alsolike.progress import ignore_progress
from alsolike.rankers.baselines.average import AverageRanker, average_vectors, faded_interactions
from alsolike.rankers.baselines.queried import TextRanker
from alsolike.settings import Settings
from alsolike.texts import NoTextVectorsError, read_text_parts
from embed.run import embed_all
from embed.target import register_encoder
from tests.fixtures.encoder import HashEncoder, WordsEncoder
from tests.fixtures.history import DAY, history
from tests.shop.catalogue import add_products
from tests.shop.database import run
from tests.shop.marts import make_marts
from tests.shop.shoppers import add_interaction, add_shopper

pytestmark = pytest.mark.usefixtures("database")

TITLES = ["red tea", "red cup", "oak bed", "oak lamp", "tin saw", "tin axe"]
# Shopper, product, day; the last is 120 days, two half-lives, before the others.
EVENTS = [(0, 0, 130), (0, 1, 130), (1, 2, 125), (1, 3, 130), (2, 0, 130), (2, 5, 10)]


def _catalogue(ids: list[str]) -> Catalogue:
    count = len(ids)
    nothing: list[str | None] = [None] * count
    return Catalogue(
        ids,
        nothing,
        nothing,
        np.full(count, ALWAYS),
        np.zeros(count, bool),
        np.ones(count, bool),
        nothing,
    )


def _bought(ids: list[str]) -> History:
    made = history(_catalogue(ids), EVENTS)
    kinds = np.full(len(made), KINDS.index("purchase"), np.int8)
    return replace(made, kinds=kinds, weights=np.full(len(made), 3, np.float32))


def _write_interactions(known: History) -> None:
    """Write the mart that dbt would have built of the history."""
    weights = faded_interactions(known)
    for shopper, product in zip(*weights.nonzero(), strict=True):
        add_interaction(
            known.shopper_ids[shopper],
            known.catalogue.product_ids[product],
            float(weights[shopper, product]),
        )


def _split(known: History) -> Split:
    shoppers = np.arange(known.shape[0], dtype=np.int32)
    moments = np.full(len(shoppers), 200 * DAY)
    return Split("time", known, shoppers, known.matrix(), moments, 200 * DAY)


def test_average_is_the_model_that_embed_writes(settings: Settings) -> None:
    make_marts()
    ids = add_products(*TITLES)
    # One product has no details, so that parts are missing too.
    run("delete from marts.product_documents where product_id = 'p3' and part = 'details'")
    known = _bought(ids)
    _write_interactions(known)
    embed_all(settings, report=ignore_progress, encoder=WordsEncoder())
    stored = dict(run("select product_id, embedding from recs.product_vectors"))
    vectors = average_vectors(known, read_text_parts(known.catalogue, report=ignore_progress))
    assert set(stored) == set(ids)
    for number, product_id in enumerate(ids):
        np.testing.assert_allclose(vectors[number], stored[product_id].to_numpy(), atol=2e-3)
    # Actions moved what was acted on; nobody acted on the fifth.
    texts = read_text_parts(known.catalogue, report=ignore_progress).text_vectors()
    moved = np.linalg.norm(vectors - texts, axis=1) > 0.01
    assert moved.tolist() == [True, True, True, True, False, True]


def test_average_ranks_as_the_site_does(settings: Settings) -> None:
    make_marts()
    ids = add_products(*TITLES)
    known = _bought(ids)
    _write_interactions(known)
    embed_all(settings, report=ignore_progress, encoder=WordsEncoder())
    for shopper_id in known.shopper_ids:
        add_shopper(shopper_id)
    run(
        "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at, quantity) "
        "select 'e' || n, s, p, to_timestamp(t / 1e6), 1 "
        "from unnest(%s::text [], %s::text [], %s::bigint []) with ordinality as e (s, p, t, n)",
        (
            [known.shopper_ids[number] for number in known.shoppers],
            [ids[number] for number in known.products],
            known.times.tolist(),
        ),
    )
    ranker = AverageRanker()
    ranker.fit(_split(known), ignore_progress)
    scores = ranker.scores(np.arange(known.shape[0]))
    scores[known.matrix().nonzero()] = -np.inf
    for shopper, shopper_id in enumerate(known.shopper_ids):
        served = run(
            "select product_id, score from recs.recommend(%s, 4) where source = 'personal' "
            "order by rank",
            (shopper_id,),
        )
        best = np.argsort(-scores[shopper], kind="stable")[:4]
        assert [product_id for product_id, _ in served] == [ids[number] for number in best]
        np.testing.assert_allclose([s for _, s in served], scores[shopper, best], atol=3e-3)


def test_text_reads_the_vectors_and_leaves_out_later_products(settings: Settings) -> None:
    make_marts()
    ids = add_products(*TITLES)
    encoder = WordsEncoder()
    embed_all(settings, report=ignore_progress, encoder=encoder)
    known = _bought([*ids[:-1], "p9"])
    ranker = TextRanker()
    ranker.fit(_split(known), ignore_progress)
    scores = ranker.scores(np.array([1]))[0]
    # Oak: what the shopper bought, and the words that it shares.
    assert set(np.argsort(-scores)[:2].tolist()) == {2, 3}
    assert scores[5] == 0


def test_the_serving_models_encoder_is_read_where_there_are_several(settings: Settings) -> None:
    make_marts()
    catalogue = _catalogue(add_products(*TITLES))
    first, second = HashEncoder(16, "one"), HashEncoder(24, "two")
    embed_all(settings, report=ignore_progress, encoder=first)
    embed_all(settings, report=ignore_progress, encoder=second)
    assert read_text_parts(catalogue, report=ignore_progress).names.shape == (6, 16)
    serving = register_encoder(second).model_id
    run("update recs.serving_model set model_id = %s", (serving,))
    assert read_text_parts(catalogue, report=ignore_progress).names.shape == (6, 24)
    run("delete from recs.serving_model")
    with pytest.raises(NoTextVectorsError):
        read_text_parts(catalogue, report=ignore_progress)


def test_without_embeddings_the_next_step_is_told() -> None:
    with pytest.raises(NoTextVectorsError, match="alsolike embed"):
        read_text_parts(_catalogue(["p1"]), report=ignore_progress)
