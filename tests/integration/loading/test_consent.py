"""Consent of imported shoppers: the caller's word, their file's, their own."""

from pathlib import Path

import psycopg
import pytest

from alsolike.loading import LoadSummary, load_folder
from alsolike.progress import ignore_progress


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "products.csv").write_text("product_id,title\np1,Kettle\n")
    (folder / "views.csv").write_text(
        "view_id,product_id,viewed_at,shopper_id\n"
        "v1,p1,2026-01-01T00:00:00Z,s1\nv2,p1,2026-01-01T00:00:00Z,s2\n"
        "v3,p9,2026-01-01T00:00:00Z,s9\n"
    )
    return folder


def load(folder: Path, consent: str = "personalisation") -> LoadSummary:
    return load_folder(folder, consent=consent, report=ignore_progress)


def decisions() -> list[tuple[str, bool, str]]:
    with psycopg.connect("") as connection:
        return connection.execute(
            "select shopper_id, is_granted, source from raw.consents order by consent_id"
        ).fetchall()  # type: ignore[return-value]


def decide(shopper: str, *, is_granted: bool) -> None:
    with psycopg.connect("") as connection:
        connection.execute(
            "insert into raw.consents (shopper_id, purpose, is_granted, source) "
            "values (%s, 'personalisation', %s, 'site')",
            (shopper, is_granted),
        )


@pytest.mark.parametrize(("consent", "is_granted"), [("personalisation", True), ("none", False)])
def test_the_callers_word_is_recorded_once(
    database: dict[str, str], shop: Path, consent: str, *, is_granted: bool
) -> None:
    load(shop, consent)
    expected = [("s1", is_granted, "import:shop"), ("s2", is_granted, "import:shop")]
    assert decisions() == expected
    # The shopper of a rejected row alone is not made known.
    load(shop, "none" if is_granted else "personalisation")
    assert decisions() == expected


def test_the_shoppers_file_wins_and_a_change_in_it_is_a_new_decision(
    database: dict[str, str], shop: Path
) -> None:
    load(shop)
    shoppers = shop / "shoppers.csv"
    shoppers.write_text("shopper_id,display_name,consent\ns1,Shopper 1,none\ns2,,\ns3,,none\n")
    assert load(shop).files[1].loaded == 2
    assert decisions()[2:] == [
        ("s1", False, "import:shop/shoppers"),
        ("s3", False, "import:shop/shoppers"),
    ]
    assert load(shop).files[1].unchanged == 3
    assert len(decisions()) == 4
    shoppers.write_text("shopper_id,display_name,consent\ns1,Shopper 1,personalisation\n")
    assert load(shop).files[1].loaded == 1
    assert decisions()[4:] == [("s1", True, "import:shop/shoppers")]


def test_a_shoppers_own_decision_stays(database: dict[str, str], shop: Path) -> None:
    load(shop)
    decide("s1", is_granted=False)
    (shop / "shoppers.csv").write_text("shopper_id,consent\ns1,personalisation\n")
    load(shop)
    assert decisions()[-1] == ("s1", False, "site")


def test_shoppers_without_a_stated_consent_take_the_callers(
    database: dict[str, str], shop: Path
) -> None:
    (shop / "shoppers.csv").write_text("shopper_id,consent\ns7,\ns8,personalisation\n")
    load(shop, "none")
    assert decisions() == [
        ("s8", True, "import:shop/shoppers"),
        ("s7", False, "import:shop"),
        ("s1", False, "import:shop"),
        ("s2", False, "import:shop"),
    ]


def test_a_bad_consent_is_rejected(database: dict[str, str], shop: Path) -> None:
    (shop / "shoppers.csv").write_text("shopper_id,consent\ns1,perhaps\n")
    assert load(shop).files[1].rejected == 1
    with psycopg.connect("") as connection:
        reasons = connection.execute(
            "select reason from raw.rejected_rows where source = 'shoppers.csv'"
        ).fetchall()
    assert reasons == [("consent is 'perhaps': expected personalisation or none",)]
