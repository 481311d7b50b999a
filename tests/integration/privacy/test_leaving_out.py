"""Loading the files of before does not bring an erased shopper back."""

from pathlib import Path

import pytest

from alsolike.database import connect
from alsolike.loading import LoadSummary, load_folder
from alsolike.privacy.erase import erase
from alsolike.privacy.erased import ErasureKeyError
from alsolike.privacy.hashes import shopper_hash
from alsolike.progress import ignore_progress
from tests.shop.database import run

pytestmark = pytest.mark.usefixtures("database")

FILES = {
    "products.csv": "product_id,title\nmug,Mug\n",
    "shoppers.csv": "shopper_id,display_name,consent\nanna,Anna,yes\nbert,Bert,yes\n",
    "purchases.csv": "purchase_id,shopper_id,product_id,purchased_at\n"
    "p1,anna,mug,2026-01-02T12:00:00Z\np2,bert,mug,2026-01-02T12:00:00Z\n",
    "views.csv": "view_id,product_id,viewed_at,shopper_id,session_id\n"
    "v1,mug,2026-01-02T12:00:00Z,anna,s1\nv2,mug,2026-01-02T12:00:00Z,,s1\n"
    "v3,mug,2026-01-02T12:00:00Z,,s2\n",
    "reviews.csv": "review_id,shopper_id,product_id,rating,reviewed_at\n"
    "r1,anna,mug,5,2026-01-02T12:00:00Z\nr2,anna,mug,great,2026-01-02T12:00:00Z\n"
    "r3,bert,mug,good,2026-01-02T12:00:00Z\n",
}
TABLES = ("shoppers", "consents", "purchases", "views", "reviews", "rejected_rows")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write the files of a shop with two shoppers and two sessions."""
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    return tmp_path


def load(folder: Path, consent: str | None = "personalisation") -> LoadSummary:
    return load_folder(folder, consent=consent, report=ignore_progress)


def counts() -> dict[str, int]:
    return {table: run(f"select count(*) from raw.{table}")[0][0] for table in TABLES}


def erase_anna() -> None:
    with connect() as connection:
        erase(connection, "anna", source="command")


def test_an_erasure_finds_the_rejected_rows_that_a_load_stored(folder: Path) -> None:
    load(folder)
    assert run("select ids ->> 'review_id', shopper_hash from raw.rejected_rows order by line") == [
        ("r2", shopper_hash("anna")),
        ("r3", shopper_hash("bert")),
    ]
    erase_anna()
    assert run("select ids ->> 'review_id' from raw.rejected_rows") == [("r3",)]


def test_loading_the_old_files_again_brings_nothing_back(folder: Path) -> None:
    load(folder)
    erase_anna()
    of_others = {
        "shoppers": 1,
        "consents": 1,
        "purchases": 1,
        "views": 1,
        "reviews": 0,
        "rejected_rows": 1,
    }
    assert counts() == of_others
    summary = load(folder)
    assert counts() == of_others
    assert {file.name: file.not_kept for file in summary.files} == {
        "products.csv": 0,
        "shoppers.csv": 1,
        "purchases.csv": 1,
        "views.csv": 2,
        "reviews.csv": 2,
    }
    assert summary.total.loaded == 0
    assert "views.csv: 2 rows of erased shoppers left out." in summary.notes
    assert "shoppers.csv: 1 row of erased shoppers left out." in summary.notes


@pytest.mark.parametrize(
    ("erased", "written"),
    [
        ("7", "7.0"),
        ("7", "7\u200b"),
        ("7", "007"),
        ("7000", "7e3"),
        ("eva@x.example", "Eva@x.example"),
        ("caf\u00e9", "cafe\u0301"),
    ],
)
def test_an_erased_shopper_does_not_come_back_by_an_id_that_looks_the_same(
    folder: Path, erased: str, written: str
) -> None:
    with connect() as connection:
        erase(connection, erased, source="command")
    for name, content in FILES.items():
        (folder / name).write_text(content.replace("anna", written), encoding="utf-8")
    load(folder)
    assert run("select shopper_id from raw.shoppers") == [("bert",)]
    assert run("select view_id from raw.views") == [("v3",)]


def test_a_known_shopper_whose_id_looks_like_an_erased_one_stays(folder: Path) -> None:
    run("insert into raw.shoppers (shopper_id) values ('Anna')")
    erase_anna()
    for name, content in FILES.items():
        (folder / name).write_text(content.replace("anna,", "Anna,"))
    load(folder)
    assert run("select shopper_id from raw.shoppers order by 1") == [("Anna",), ("bert",)]


def test_nobody_is_asked_for_the_consent_of_an_erased_shopper(folder: Path) -> None:
    for name in ("shoppers.csv", "views.csv", "reviews.csv"):
        (folder / name).unlink()
    (folder / "purchases.csv").write_text(
        "purchase_id,shopper_id,product_id,purchased_at\np1,anna,mug,2026-01-02T12:00:00Z\n"
    )
    erase_anna()
    assert load(folder, consent=None).files[-1].not_kept == 1


def test_another_key_is_refused_before_it_lets_somebody_in(folder: Path) -> None:
    erase_anna()
    run("update raw.erased_shoppers set key_id = 'another'")
    with pytest.raises(ErasureKeyError, match="ALSOLIKE_ERASURE_KEY"):
        load(folder)
    assert counts() == dict.fromkeys(TABLES, 0)
