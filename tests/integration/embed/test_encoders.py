"""What makes an encoder another one, so that vectors that cannot be compared never mix."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from alsolike.errors import EncoderError
from alsolike.progress import ignore_progress
from alsolike.settings import Settings
from embed.encoder import load_encoder
from embed.model_files import Prompts
from embed.run import embed_all
from embed.target import register_encoder
from tests.fixtures.encoder import HashEncoder
from tests.fixtures.tiny_encoder import make_tiny_encoder
from tests.shop.catalogue import add_products
from tests.shop.database import run
from tests.shop.marts import make_marts

pytestmark = pytest.mark.usefixtures("database")

TITLES = ["red tea cup", "blue tea pot", "green lamp", "white oak bed"]


@pytest.fixture
def tiny(settings: Settings, tmp_path: Path) -> Settings:
    """Give settings with a tiny encoder that has prompts, and a shop."""
    make_marts()
    add_products(*TITLES)
    folder = make_tiny_encoder(tmp_path, prompts={"document": "details of ", "query": "tin "})
    return replace(settings, encoder=str(folder), encoder_sha256="")


def test_another_prompt_or_dimension_makes_another_encoder_and_vectors_never_mix(
    tiny: Settings,
) -> None:
    others = [tiny, replace(tiny, document_prompt="red "), replace(tiny, encoder_dimension=8)]
    for settings in others:
        assert embed_all(settings, report=ignore_progress, encoder=load_encoder(settings)).encoded
    rows = run(
        "select encoder_id, document_prompt, query_prompt, pooling, dimension "
        "from recs.encoders order by 1"
    )
    assert rows == [
        (1, "details of ", "tin ", "mean, normalize", 16),
        (2, "red ", "tin ", "mean, normalize", 16),
        (3, "details of ", "tin ", "mean, normalize", 8),
    ]
    assert len(set(run("select name from recs.models"))) == 3
    for settings, (encoder_id, *_) in zip(others, rows, strict=True):
        vectors = run(
            "select d.content, e.embedding from recs.embeddings as e "
            "join marts.product_documents as d using (product_id, part) where encoder_id = %s",
            (encoder_id,),
        )
        wanted = load_encoder(settings).encode([content for content, _ in vectors])
        got = np.stack([np.asarray(vector.to_numpy(), np.float32) for _, vector in vectors])
        np.testing.assert_allclose(got, wanted, atol=2e-3)
    again = embed_all(tiny, report=ignore_progress, encoder=load_encoder(tiny))
    assert (again.encoded, again.models) == (0, ["average"])


def test_an_encoder_that_was_registered_before_poolings_were_kept_stays_the_same(
    tiny: Settings,
) -> None:
    encoder = load_encoder(replace(tiny, document_prompt=""))
    run(
        "insert into recs.encoders (name, sha256, dimension, query_prompt) values "
        "(%s, %s, 16, 'tin ')",
        ("elsewhere", encoder.sha256),
    )
    assert register_encoder(encoder).encoder_id == 1
    assert run("select name, pooling from recs.encoders") == [("elsewhere", "mean, normalize")]


def test_a_query_has_the_query_prompt_in_its_light_copy(tiny: Settings) -> None:
    half = replace(tiny, encoder_dimension=8)
    embed_all(half, report=ignore_progress, encoder=load_encoder(half))
    ((prefix, failure, agreement),) = run(
        "select prefix, failure, agreement from recs.query_encoders"
    )
    assert (prefix, failure) == ("tin ", None)
    assert agreement > 0.97


def test_vectors_that_pgvector_cannot_index_are_refused_before_anything_is_written() -> None:
    make_marts()
    add_products(*TITLES)
    with pytest.raises(EncoderError, match=r"4,001 dimensions, but pgvector indexes at most 4,000"):
        register_encoder(HashEncoder(4001))
    assert run("select count(*) from recs.encoders") == [(0,)]
    assert register_encoder(HashEncoder(4000)).encoder.prompts == Prompts()
