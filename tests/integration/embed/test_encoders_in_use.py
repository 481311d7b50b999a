"""The encoders in use are kept up to date, whatever the settings name."""

import shutil
from pathlib import Path

import pytest

from alsolike.cli import run as alsolike
from alsolike.database import connect, query
from tests.fixtures.tiny_encoder import make_tiny_encoder
from tests.shop.catalogue import add_products
from tests.shop.database import run
from tests.shop.marts import make_marts

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Give the folders of two tiny encoders; a shop begins with the first."""
    one = make_tiny_encoder(tmp_path / "one")
    other = make_tiny_encoder(
        tmp_path / "other", seed=1, dimension=24, prompts={"passage": "tin ", "query": "red "}
    )
    make_marts()
    make_marts("shopper_events", "int_product_characteristics")
    add_products("red tea cup", "blue tea pot")
    monkeypatch.setenv("ALSOLIKE_ENCODER", str(one))
    assert alsolike(["embed"]) == 0
    return one, other


def products() -> dict[int, int]:
    """Return how many products have a vector, by the dimension."""
    return dict(
        run(
            "select dimension, count(*) from recs.product_vectors join recs.models using (model_id)"
            " group by 1"
        )
    )


def query_encoder() -> tuple[int, str]:
    """Return the encoder and the prompt that the site turns queries into vectors with."""
    with connect() as connection:
        row = connection.execute(query("api/search/serving_query_encoder")).fetchone()
    assert row is not None
    return row[0], row[2]


def test_another_encoder_in_the_settings_is_told_and_the_serving_one_kept_up_to_date(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALSOLIKE_ENCODER", str(folders[1]))
    add_products("green lamp", prefix="late")
    assert alsolike(["embed"]) == 0
    assert f"A switch is due: alsolike switch-encoder {folders[1]}" in capsys.readouterr().out
    assert products() == {16: 3}


def test_new_products_reach_both_encoders_until_one_is_dropped(
    folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert query_encoder() == (1, "")
    assert alsolike(["switch-encoder", str(folders[1]), "--force"]) == 0
    assert "The encoder" in capsys.readouterr().out
    # The light copy for queries follows at once, with its prompt.
    assert query_encoder() == (2, "red ")
    add_products("green lamp", prefix="late")
    assert alsolike(["embed"]) == 0
    assert products() == {16: 3, 24: 3}
    assert alsolike(["rollback"]) == 0
    assert query_encoder() == (1, "")
    add_products("white bed", prefix="later")
    assert alsolike(["embed"]) == 0
    assert products() == {16: 4, 24: 4}
    assert alsolike(["drop-encoder", "2"]) == 0
    add_products("oak rug", prefix="last")
    assert alsolike(["embed"]) == 0
    assert products() == {16: 5}


def test_a_serving_encoder_that_is_gone_is_told_and_one_that_moved_is_found(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = folders[0].parent / "moved"
    shutil.move(folders[0], moved)
    monkeypatch.setenv("ALSOLIKE_ENCODER", str(folders[1]))
    assert alsolike(["embed"]) == 1
    assert "The serving model's encoder cannot be used" in capsys.readouterr().err
    monkeypatch.setenv("ALSOLIKE_ENCODER", str(moved))
    add_products("green lamp", prefix="late")
    assert alsolike(["embed"]) == 0
    assert products() == {16: 3}
