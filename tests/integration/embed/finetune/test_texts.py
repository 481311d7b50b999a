"""From the texts in the database to an encoder that embeds them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from alsolike.history import ALWAYS, Catalogue
from alsolike.progress import ignore_progress
from alsolike.settings import Settings
from embed.claim import NoDocumentsError
from embed.encoder import load_encoder
from embed.finetune.pairs import read_texts
from embed.finetune.training import finetune_encoder
from embed.run import embed_all
from tests.fixtures.history import history
from tests.fixtures.tiny_encoder import make_tiny_encoder
from tests.shop.catalogue import add_products
from tests.shop.database import run
from tests.shop.marts import make_marts

pytestmark = [
    pytest.mark.usefixtures("database"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),
]


def _catalogue(ids: list[str]) -> Catalogue:
    nothing: list[str | None] = [None] * len(ids)
    return Catalogue(
        ids,
        nothing,
        nothing,
        exists_from=np.full(len(ids), ALWAYS),
        is_dated=np.zeros(len(ids), bool),
        is_in_stock=np.ones(len(ids), bool),
        groups=nothing,
    )


def test_the_texts_are_name_and_details_by_the_products_numbers() -> None:
    make_marts()
    add_products("red tea", "oak bed")
    run("delete from marts.product_documents where product_id = 'p2' and part = 'details'")
    texts = read_texts(_catalogue(["p0", "p1", "p2"]))
    assert texts == ["", "red tea\ndetails of red tea", "oak bed"]


def test_without_documents_the_next_step_is_told() -> None:
    with pytest.raises(NoDocumentsError, match="alsolike transform"):
        read_texts(_catalogue(["p1"]))


def test_a_fine_tuned_encoder_embeds_the_shop(settings: Settings, tmp_path: Path) -> None:
    make_marts()
    catalogue = _catalogue(add_products("red tea", "blue cup", "oak bed", "tin lamp"))
    known = history(catalogue, [(0, 0, 1), (0, 1, 2), (1, 2, 1), (1, 3, 2)])
    tiny = replace(settings, encoder=str(make_tiny_encoder(tmp_path / "base")), encoder_sha256="")
    made = finetune_encoder(
        tiny,
        known,
        read_texts(catalogue),
        tmp_path / "run",
        steps=3,
        batch_size=2,
        learning_rate=1e-3,
        seed=0,
        report=ignore_progress,
    )
    tuned = replace(tiny, encoder=str(made.encoder))
    summary = embed_all(tuned, report=ignore_progress)
    assert (summary.encoded, summary.failed, summary.vectors) == (8, 0, 4)
    assert run("select sha256 from recs.encoders") == [(load_encoder(tuned).sha256,)]
