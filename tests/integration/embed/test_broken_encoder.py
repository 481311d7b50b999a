"""An encoder that is damaged, or fails on most texts, ends `embed` with exit code 1."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from alsolike.cli import run as alsolike
from tests.fixtures.tiny_encoder import make_tiny_encoder
from tests.shop.catalogue import add_products, change_text
from tests.shop.database import run
from tests.shop.marts import make_marts

pytestmark = pytest.mark.usefixtures("database")

TITLES = ["red tea cup", "blue tea pot", "green lamp", "white oak bed", "tin saw"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a tiny encoder that is whole."""
    return make_tiny_encoder(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def folder(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a copy of it to damage, which the settings name; and a shop."""
    copy = tmp_path / "encoder"
    shutil.copytree(tiny, copy)
    monkeypatch.setenv("ALSOLIKE_ENCODER", str(copy))
    make_marts()
    add_products(*TITLES)
    return copy


def refused(capsys: pytest.CaptureFixture[str]) -> str:
    """Embed; the one line that it ends with. Nothing is written for the encoder."""
    assert alsolike(["embed"]) == 1
    line = capsys.readouterr().err.splitlines()[-1]
    for table in ("recs.encoders", "recs.models", "ops.embedding_failures"):
        assert run(f"select count(*) from {table}") == [(0,)]
    assert run("select is_success from ops.runs") == [(False,)]
    return line


@pytest.mark.parametrize("kept", [0, 100, 0.5, 0.99])
def test_weights_that_are_cut_off_are_told(
    folder: Path, kept: float, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = folder / "model.safetensors"
    content = weights.read_bytes()
    weights.write_bytes(content[: int(kept if kept > 1 else kept * len(content))])
    line = refused(capsys)
    assert line.startswith(f"alsolike: The encoder {folder} in {folder} is of no use: it cannot")
    assert "Get the model again" in line


@pytest.mark.parametrize(
    ("value", "said"), [(np.nan, "not finite"), (0.0, "(not finite|zero|the same vector)")]
)
def test_weights_that_make_no_vectors_are_told(
    folder: Path, value: float, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = folder / "model.safetensors"
    save_file(
        {name: np.full_like(tensor, value) for name, tensor in load_file(weights).items()},
        weights,
        metadata={"format": "pt"},
    )
    line = refused(capsys)
    assert re.search(said, line)


@pytest.mark.parametrize(("failing", "code"), [(10, 1), (6, 1), (4, 0), (0, 0)])
def test_a_run_in_which_most_texts_fail_ends_with_1_and_a_few_are_said(
    folder: Path, failing: int, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert folder
    parts = run("select product_id, part from marts.product_documents order by 1, 2")
    for product, part in parts[:failing]:
        change_text(product, part, "  ")
    assert alsolike(["embed"]) == code
    told = capsys.readouterr()
    assert f"Embedded {10 - failing} texts" in told.out
    assert f"{failing} failed" in told.out
    assert run("select is_success from ops.runs") == [(code == 0,)]
    assert run("select count(*) from ops.embedding_failures") == [(failing,)]
    if code:
        line = told.err.splitlines()[-1]
        assert line.startswith(f"alsolike: {failing} of 10 texts could not be embedded")
        assert "The text is empty" in line
