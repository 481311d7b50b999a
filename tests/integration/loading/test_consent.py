"""Consent of imported shoppers: the caller's word, their file's, their own."""

from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from alsolike.errors import InputFileError
from alsolike.loading import ConsentNeededError, LoadSummary, load_folder
from alsolike.progress import ignore_progress
from tests.shop.files import noted, select, write


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


SESSIONS = (
    "view_id,product_id,viewed_at,session_id\n"
    "v1,p1,2026-01-01T00:00:00Z,x1\nv2,p1,2026-01-01T00:00:00Z,x2\n"
)


def stored() -> tuple[int, int, int]:
    """Count products, views and reviews."""
    with psycopg.connect("") as connection:
        row = connection.execute(
            "select (select count(*) from raw.products), (select count(*) from raw.views), "
            "(select count(*) from raw.reviews)"
        ).fetchone()
    assert row is not None
    return row


def load(folder: Path, consent: str | None = "personalisation") -> LoadSummary:
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


@pytest.mark.parametrize(
    ("word", "is_granted"),
    [
        ("no", False),
        ("None", False),
        ("FALSE", False),
        ("0", False),
        ("perhaps", False),
        ("Yes", True),
        ("true", True),
        ("1", True),
        ("Personalisation", True),
    ],
)
def test_consent_is_read_as_people_write_it_and_what_cannot_be_read_is_a_no(
    database: dict[str, str], shop: Path, word: str, *, is_granted: bool
) -> None:
    (shop / "shoppers.csv").write_text(f"shopper_id,consent\ns1,{word}\ns2,none\n")
    summary = load(shop, "personalisation")
    assert [d for d in decisions() if d[0] == "s1"] == [("s1", is_granted, "import:shop/shoppers")]
    is_noted = any("consent taken as none" in note for note in summary.notes)
    assert is_noted == (word == "perhaps")


@pytest.mark.parametrize(
    "row",
    [
        "s1,Ann,personalisation,too,many",
        "s1,Ann,personalisation\ns1,Ann,none",
        "s1,Ann,yes\ns1,Bob,",
        "s1,Ann,yes\ns1,Bob,yes",
        "s1,Ann,\ns1,Bob,",
    ],
    ids=[
        "a row that is rejected",
        "two consents",
        "one consent of two names",
        "two names that agree",
        "two names alone",
    ],
)
def test_a_shopper_whose_row_cannot_be_used_has_not_agreed(
    database: dict[str, str], shop: Path, row: str
) -> None:
    (shop / "shoppers.csv").write_text(f"shopper_id,display_name,consent\n{row}\ns2,Bo,yes\n")
    assert load(shop, "personalisation").files[1].rejected == 1
    assert {(d[0], d[1]) for d in decisions()} == {("s1", False), ("s2", True)}


@pytest.mark.parametrize(
    "lines",
    [
        '{"shopper_id":"s1","Consent":"none"}',
        '{"Shopper_ID":"s1"," CONSENT ":"none"}',
        '{"shopper_id":"s1","consent":"none"',
        "{'shopper_id':'s1','consent':'none'}",
        '[{"Shopper_ID" : "s1","consent":"none"}]',
        '{"shopper_id":"s0","consent":"yes"}{"shopper_id":"s1","consent":"none"}',
        '{"shopper_id":"s1","consent":"none","consent":"yes"}',
        '{"shopper_id":"s1","consent":"none","Consent":"yes"}',
        '{"shopper_id":"s1","shopper_id":"s0","consent":"none"}',
        '{"shopper_id":"s1","consent":"ye\\u0000s"}',
        '{"shopper_id":"s1","consent":"\\u0000"}',
        '{"shopper_id":"s1","consent":["none"]}',
        '{"shopper_id":["s1"],"consent":"no"}',
        '{"shopper_id":{"id":"s1"},"consent":"no"}',
        '{"id":"s1","consent":"no"}',
        '{"shopperId":"s1","consent":"no"}',
        '{"Customer ID":"s1","consent":"no"}',
        "{shopper_id:s1,consent:no}",
        '{"customer_id":"s1","consent":no}',
    ],
)
def test_a_no_in_a_line_of_json_is_found_however_it_is_written(
    database: dict[str, str], shop: Path, lines: str
) -> None:
    (shop / "shoppers.jsonl").write_text(f'{lines}\n{{"shopper_id":"s2"}}\n')
    load(shop, "personalisation")
    granted = {shopper: is_granted for shopper, is_granted, _ in decisions()}
    assert (granted["s1"], granted["s2"], granted.get("s0")) in [
        (False, True, None),
        (False, True, False),
    ]
    with psycopg.connect("") as connection:
        kept = connection.execute("select shopper_id from raw.views").fetchall()
    assert kept == [("s2",)]


def test_an_id_that_is_a_number_is_found_in_a_broken_line(
    database: dict[str, str], shop: Path
) -> None:
    (shop / "shoppers.jsonl").write_text(
        '{"shopper_id": 17, "consent": "none"\n{"shopper_id": 18, "consent": "yes"}\n'
    )
    load(shop, "personalisation")
    assert {(d[0], d[1]) for d in decisions()} >= {("17", False), ("18", True)}


def test_a_broken_line_needs_no_word_on_consent(database: dict[str, str], shop: Path) -> None:
    (shop / "shoppers.jsonl").write_text(
        '{"shopper_id":"s1","consent":"none"\n{"shopper_id":"s2","consent":"yes"}\n'
        '{"shopper_id":"s9","consent":"yes"}\n'
    )
    load(shop, None)
    assert {(d[0], d[1]) for d in decisions()} == {("s1", False), ("s2", True), ("s9", True)}


def test_columns_of_parquet_are_read_in_capitals_too(database: dict[str, str], shop: Path) -> None:
    table = pa.table({"Shopper_ID": ["s1", "s2"], "Consent ": ["none", "yes"]})
    pq.write_table(table, shop / "shoppers.parquet")
    load(shop, "personalisation")
    assert {(d[0], d[1]) for d in decisions()} == {("s1", False), ("s2", True)}
    pq.write_table(
        pa.table({"shopper_id": ["s1"], "consent": ["yes"], "Consent": ["none"]}),
        shop / "shoppers.parquet",
    )
    with pytest.raises(InputFileError, match="has the column consent twice"):
        load(shop, "personalisation")


def test_keys_of_every_file_are_read_in_capitals_too(
    database: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "products.jsonl").write_text(
        '{"Product_ID":"p1","TITLE":"Kettle","Colour":"red"}\n'
        '{"product_id":"p2","title":"Pot"}\n{"product_id":"p3","title":"Pan","Title":"Cup"}\n'
    )
    summary = load(tmp_path)
    assert (summary.files[0].loaded, summary.files[0].rejected) == (2, 1)
    assert summary.files[0].reasons[0].reason == "the line is an object that has title twice"
    assert summary.notes == ["products.jsonl: ignored columns: 'Colour'."]


def test_an_id_that_pandas_changed_does_not_undo_a_no(database: dict[str, str], shop: Path) -> None:
    (shop / "shoppers.csv").write_text("shopper_id,consent\n7,no\n8,yes\n9.0,no\n")
    (shop / "views.csv").write_text(
        "view_id,product_id,viewed_at,shopper_id\n"
        "v1,p1,2026-01-01T00:00:00Z,7.0\nv2,p1,2026-01-01T00:00:00Z,8.0\n"
        "v3,p1,2026-01-01T00:00:00Z,9\n"
    )
    summary = load(shop, "personalisation")
    assert {(d[0], d[1]) for d in decisions()} == {
        ("7", False),
        ("8", True),
        ("7.0", False),
        ("8.0", True),
        ("9.0", False),
        ("9", False),
    }
    assert any("2 shoppers known without the '.0' at the end" in note for note in summary.notes)
    assert any("lacks 3 shoppers of 3 rows, such as '7.0'" in note for note in summary.notes)


# Ids as a file of shoppers has them, and as another file or an export shows them.
ALIKE = [
    ("w1", "w1\u200b"),
    ("w\u00ad4", "w4"),
    ("w6", "\ufeffw6"),
    ("w11", "\u202dw11"),
    ("caf\u00e9", "cafe\u0301"),
    ("Eve@Shop.example", "eve@shop.example"),
    ("W3", "w3"),
    ("42", "\uff14\uff12"),
    ("7", "7.00"),
    ("00009", "9"),
    ("5000", "5e3"),
    ("1500", "1.5E+03"),
]


@pytest.mark.parametrize("is_first", [True, False])
def test_a_no_counts_for_whoever_looks_the_same(
    database: dict[str, str], tmp_path: Path, *, is_first: bool
) -> None:
    products = "product_id,title\np1,Kettle\n"
    events = "view_id,product_id,viewed_at,shopper_id\n" + "".join(
        f"v{n},p1,2026-01-01T00:00:00Z,{named}\n"
        for n, (_, named) in enumerate([*ALIKE, ("", "other")])
    )
    listed = "shopper_id,consent\n" + "".join(f"{said},no\n" for said, _ in ALIKE)
    if is_first:
        summary = load(write(tmp_path, products=products, shoppers=listed, views=events))
    else:
        load(write(tmp_path / "a", products=products, views=events))
        summary = load(write(tmp_path / "b", shoppers=listed))
    granted = {shopper for shopper, is_granted, *_ in current() if is_granted}
    assert granted == {"other"}
    assert noted(summary, f"{len(ALIKE)} shoppers taken as not having agreed", "looks the same")


def test_what_a_file_states_for_an_id_itself_is_not_taken_back(
    database: dict[str, str], tmp_path: Path
) -> None:
    load(write(tmp_path, shoppers="shopper_id,consent\nk3,yes\nK3,no\n"))
    assert {row[:2] for row in current()} == {("k3", True), ("K3", False)}


def current() -> list[tuple[Any, ...]]:
    return select(
        "select shopper_id, is_granted from raw.current_consents where purpose = 'personalisation'"
    )


@pytest.mark.parametrize("word", ["null", "undefined", "nil", "(null)", "n.a."])
def test_words_for_nothing_state_no_consent(
    database: dict[str, str], shop: Path, word: str
) -> None:
    (shop / "shoppers.csv").write_text(f"shopper_id,consent\ns1,{word}\ns2,none\n")
    with pytest.raises(ConsentNeededError, match="1 shopper of shoppers.csv"):
        load(shop, None)


def test_without_a_word_on_consent_nothing_is_loaded(database: dict[str, str], shop: Path) -> None:
    (shop / "shoppers.csv").write_text("shopper_id,consent\ns1,yes\ns7,\n")
    with (shop / "views.csv").open("a") as views:
        views.write("v4,p1,2026-01-01T00:00:00Z,guest\n")
    (shop / "purchases.csv").write_text(
        "purchase_id,product_id,purchased_at,shopper_id,order_id\n"
        "b1,p1,2026-01-01T00:00:00Z,s1,o1\nb2,p1,2026-01-01T00:00:00Z,,o2\n"
    )
    with pytest.raises(ConsentNeededError) as raised:
        load(shop, None)
    assert str(raised.value) == (
        "Nothing says whether these agreed to personalisation: 1 shopper of shoppers.csv, "
        "2 shoppers of views.csv. Say --consent personalisation if they did, or --consent none. "
        "Nothing was loaded."
    )
    assert stored() == (0, 0, 0)


def test_sessions_need_a_word_on_consent_as_well(database: dict[str, str], shop: Path) -> None:
    (shop / "views.csv").write_text(SESSIONS)
    with pytest.raises(ConsentNeededError, match=r"2 sessions of views\.csv"):
        load(shop, None)
    assert stored() == (0, 0, 0)


def test_a_folder_that_states_everybodys_consent_needs_no_word(
    database: dict[str, str], shop: Path
) -> None:
    (shop / "shoppers.csv").write_text("shopper_id,consent\ns1,yes\ns2,perhaps\ns9,no\n")
    load(shop, None)
    before = decisions()
    assert {(d[0], d[1]) for d in before} == {("s1", True), ("s2", False), ("s9", False)}
    # What is known from an earlier load need not be stated again.
    (shop / "shoppers.csv").unlink()
    load(shop, None)
    assert decisions() == before


def test_views_of_whom_did_not_agree_are_not_kept(database: dict[str, str], shop: Path) -> None:
    (shop / "shoppers.csv").write_text("shopper_id,consent\ns1,no\ns2,yes\ns9,yes\n")
    (shop / "reviews.csv").write_text(
        "review_id,shopper_id,product_id,rating,reviewed_at\nr1,s1,p1,5,2026-01-01T00:00:00Z\n"
    )
    summary = load(shop, None)
    views = summary.files[2]
    assert (views.loaded, views.unchanged, views.rejected, views.not_kept) == (1, 0, 1, 1)
    assert (
        "views.csv: 1 view of shoppers who did not agree to personalisation not kept "
        "(a no that an earlier load recorded is changed by the column consent alone)."
        in summary.notes
    )
    # A review is a record, as a purchase is.
    assert stored() == (1, 1, 1)
    # Whoever takes the consent back on the site has no view loaded again.
    decide("s2", is_granted=False)
    with psycopg.connect("") as connection:
        connection.execute("delete from raw.views")
    assert load(shop, "personalisation").files[2].not_kept == 2
    assert stored() == (1, 0, 1)


@pytest.mark.parametrize(("consent", "kept"), [("personalisation", 2), ("none", 0)])
def test_views_of_sessions_are_kept_if_their_visitors_agreed(
    database: dict[str, str], shop: Path, consent: str, kept: int
) -> None:
    (shop / "views.csv").write_text(SESSIONS)
    views = load(shop, consent).files[-1]
    assert (views.loaded, views.not_kept, views.rejected) == (kept, 2 - kept, 0)
    assert stored() == (1, kept, 0)


def of_purposes() -> list[tuple[str, str, bool]]:
    with psycopg.connect("") as connection:
        return connection.execute(
            "select shopper_id, purpose, is_granted from raw.current_consents order by 1, 2 desc"
        ).fetchall()  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("word", "is_granted"),
    [
        ("yes", True),
        ("Measurement", True),
        ("no", False),
        ("None", False),
        ("personalisation", False),
        ("perhaps", False),
    ],
)
def test_the_shoppers_file_may_state_measurement_too(
    database: dict[str, str], shop: Path, word: str, *, is_granted: bool
) -> None:
    (shop / "shoppers.csv").write_text(
        f"shopper_id,consent,measurement\ns1,none,{word}\ns2,personalisation,\n"
    )
    load(shop)
    assert of_purposes() == [
        ("s1", "personalisation", False),
        ("s1", "measurement", is_granted),
        ("s2", "personalisation", True),
    ]


def test_without_the_column_nothing_is_said_of_measurement(
    database: dict[str, str], shop: Path
) -> None:
    load(shop)
    assert {purpose for _, purpose, _ in of_purposes()} == {"personalisation"}


def test_a_line_that_is_rejected_refuses_measurement_that_another_states(
    database: dict[str, str], shop: Path
) -> None:
    (shop / "shoppers.csv").write_text(
        "shopper_id,consent,measurement\ns1,yes,yes\ns1,yes,yes,too,many\ns2,yes,yes\ns2,yes,no\n"
    )
    load(shop)
    assert [row for row in of_purposes() if row[1] == "measurement"] == [
        ("s1", "measurement", False),
        ("s2", "measurement", False),
    ]


def test_an_import_leaves_what_a_shopper_said_of_measurement(
    database: dict[str, str], shop: Path
) -> None:
    (shop / "shoppers.csv").write_text("shopper_id,consent,measurement\ns1,yes,yes\n")
    load(shop)
    with psycopg.connect("") as connection:
        connection.execute(
            "insert into raw.consents (shopper_id, purpose, is_granted, source) "
            "values ('s1', 'measurement', false, 'site')"
        )
    load(shop)
    assert of_purposes()[:2] == [("s1", "personalisation", True), ("s1", "measurement", False)]
