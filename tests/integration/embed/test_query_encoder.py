"""The light copy of the encoder: made once, checked, fetched, and never trusted when damaged."""

import logging
import math
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from alsolike.database import APP_ROLE, connect, query
from alsolike.progress import ignore_progress
from alsolike.query_encoder import (
    QueryEncoder,
    QueryEncoderError,
    QueryEncoderRow,
    load_query_encoder,
)
from alsolike.settings import Settings, load_settings
from embed.encoder import Encoder, load_encoder
from embed.query_encoder import export, make
from embed.run import embed_all
from tests.fixtures.encoder import HashEncoder
from tests.fixtures.tiny_encoder import make_tiny_encoder
from tests.shop.catalogue import add_products
from tests.shop.database import run
from tests.shop.marts import make_marts

pytestmark = pytest.mark.usefixtures("database")

TITLES = ["red tea cup", "blue tea pot", "green lamp", "white oak bed", "tin saw", "oak axe"]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a tiny encoder that is drawn at random."""
    return make_tiny_encoder(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def exported(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give what the export of the tiny encoder writes; it takes seconds, so it runs once."""
    folder = tmp_path_factory.mktemp("exported")
    encoder = load_encoder(replace(load_settings(), encoder=str(tiny), encoder_sha256=""))
    export.export_files(encoder, folder)
    return folder


@pytest.fixture
def encoder(
    tiny: Path,
    exported: Path,
    database: dict[str, str],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> Encoder:
    """Give the tiny encoder, and a shop whose products it has embedded."""
    assert database
    # Its files are small: several pieces of each, as of real ones.
    monkeypatch.setattr(make, "_PIECE_BYTES", 5000)
    monkeypatch.setattr(
        export,
        "write_graph",
        lambda _model, folder, _dimension: shutil.copytree(exported, folder, dirs_exist_ok=True),
    )
    make_marts()
    add_products(*TITLES)
    encoder = load_encoder(replace(settings, encoder=str(tiny), encoder_sha256=""))
    embed_all(settings, report=ignore_progress, encoder=encoder)
    return encoder


def described() -> QueryEncoderRow:
    with connect(role=APP_ROLE) as connection:
        row = connection.execute(query("api/search/serving_query_encoder")).fetchone()
    assert row is not None
    return QueryEncoderRow(*row)


def read_piece(name: str, position: int) -> bytes | None:
    parameters = {"encoder_id": 1, "name": name, "position": position}
    with connect(role=APP_ROLE) as connection:
        row = connection.execute(query("api/search/query_encoder_piece"), parameters).fetchone()
    return None if row is None else bytes(row[0])


def load(home: Path) -> QueryEncoder:
    return load_query_encoder(described(), home, read_piece)


def test_it_gives_all_but_the_encoders_own_vectors(encoder: Encoder, tmp_path: Path) -> None:
    copy = load(tmp_path)
    texts = ["red cup", "a lamp for the bed", "tea", "details of a green oak pot " * 20]
    for text, vector in zip(texts, encoder.encode(texts), strict=True):
        got = copy.encode(text)
        assert got.shape == (encoder.dimension,)
        assert np.linalg.norm(got) == pytest.approx(1, abs=1e-5)
        assert got @ vector > 0.97
    assert run("select agreement > 0.97, recipe from recs.query_encoders") == [(True, make.RECIPE)]
    assert described().encoder_id == copy.encoder_id == 1


def test_random_letters_and_unknown_alphabets_are_not_read(
    encoder: Encoder, tmp_path: Path
) -> None:
    assert encoder
    assert described().least_letters >= 1.5
    copy = load(tmp_path)
    assert not copy.reads("ъщфыва")
    assert not copy.reads("кухонный нож")
    # Signs that stand for more than a letter do not count, nor do numbers.
    assert copy.reads("咖啡豆")
    assert copy.reads("1234")
    assert copy.letters_per_piece("咖啡豆") == copy.letters_per_piece("") == math.inf


def test_embedding_again_does_not_make_it_again(encoder: Encoder, settings: Settings) -> None:
    before = run("select * from recs.query_encoders")
    embed_all(settings, report=ignore_progress, encoder=encoder)
    assert run("select * from recs.query_encoders") == before


def test_another_recipe_replaces_it(
    encoder: Encoder, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make, "RECIPE", "another")
    embed_all(settings, report=ignore_progress, encoder=encoder)
    assert run("select recipe, count(*) from recs.query_encoders group by 1") == [("another", 1)]


def test_a_copy_that_strays_is_not_kept_and_says_so_once(
    encoder: Encoder,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(make, "RECIPE", "another")
    monkeypatch.setattr(make, "_LEAST_AGREEMENT", 1.01)
    with caplog.at_level(logging.WARNING, "alsolike.embed"):
        embed_all(settings, report=ignore_progress, encoder=encoder)
        embed_all(settings, report=ignore_progress, encoder=encoder)
    told = [record.getMessage() for record in caplog.records if record.name == "alsolike.embed"]
    assert len(told) == 1
    assert "words alone" in told[0]
    ((failure, fingerprint),) = run("select failure, fingerprint from recs.query_encoders")
    assert "strays" in failure
    assert fingerprint is None
    assert run("select count(*) from recs.query_encoder_files") == [(0,)]
    with connect(role=APP_ROLE) as connection:
        assert connection.execute(query("api/search/serving_query_encoder")).fetchone() is None


def test_an_encoder_that_cannot_be_exported_embeds_all_the_same(
    tiny: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        message = "no such operator"
        raise RuntimeError(message)

    monkeypatch.setattr(export, "write_graph", fail)
    make_marts()
    add_products(*TITLES)
    encoder = load_encoder(replace(settings, encoder=str(tiny), encoder_sha256=""))
    summary = embed_all(settings, report=ignore_progress, encoder=encoder)
    assert summary.vectors == len(TITLES)
    ((failure,),) = run("select failure from recs.query_encoders")
    assert failure == "It cannot be exported: RuntimeError: no such operator"


def test_an_encoder_of_another_kind_has_none(settings: Settings) -> None:
    make_marts()
    add_products(*TITLES)
    embed_all(settings, report=ignore_progress, encoder=HashEncoder())
    assert run("select count(*) from recs.query_encoders") == [(0,)]


def test_it_is_fetched_once_and_a_damaged_file_is_fetched_again(
    encoder: Encoder, tmp_path: Path
) -> None:
    assert encoder
    wanted = load(tmp_path).encode("red cup")
    folder = tmp_path / "query-encoder" / described().fingerprint
    model = folder / "model.onnx"
    whole = model.read_bytes()
    kept = model.stat()
    load(tmp_path)
    assert model.stat().st_mtime_ns == kept.st_mtime_ns

    model.write_bytes(whole[:-100] + bytes(100))
    np.testing.assert_array_equal(load(tmp_path).encode("red cup"), wanted)
    assert model.read_bytes() == whole

    model.unlink()
    np.testing.assert_array_equal(load(tmp_path).encode("red cup"), wanted)


def test_the_copy_of_an_earlier_encoder_is_removed_from_the_disk(
    encoder: Encoder, tmp_path: Path
) -> None:
    assert encoder
    earlier = tmp_path / "query-encoder" / ("0" * 64)
    earlier.mkdir(parents=True)
    (earlier / "weights.bin").write_bytes(b"old")
    load(tmp_path)
    names = [path.name for path in (tmp_path / "query-encoder").iterdir()]
    assert names == [described().fingerprint]


def test_what_is_damaged_in_the_database_is_refused(encoder: Encoder, tmp_path: Path) -> None:
    assert encoder
    run("update recs.query_encoder_files set content = 'x' where name = 'model.onnx'")
    with pytest.raises(QueryEncoderError, match="damaged in the database"):
        load(tmp_path)
    assert not list((tmp_path / "query-encoder").iterdir())


def test_a_disk_that_takes_nothing_is_a_clear_error(encoder: Encoder, tmp_path: Path) -> None:
    assert encoder
    (tmp_path / "query-encoder").write_text("a file is in the way")
    with pytest.raises(QueryEncoderError, match="cannot be kept"):
        load(tmp_path)


def test_it_runs_without_torch(encoder: Encoder, tmp_path: Path) -> None:
    assert encoder
    load(tmp_path)
    program = (
        "import sys; from pathlib import Path; "
        "from alsolike.query_encoder import QueryEncoderRow, load_query_encoder\n"
        "found = QueryEncoderRow(1, sys.argv[2], '', 0)\n"
        "load_query_encoder(found, Path(sys.argv[1]), None).encode('red cup')\n"
        "heavy = {'torch', 'transformers', 'onnx', 'scipy', 'sentence_transformers'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), described().fingerprint],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
