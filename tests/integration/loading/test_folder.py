"""Loading a folder: all formats, twice, changed, bad rows, bad files."""

import csv
import gzip
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from alsolike.errors import InputFileError
from alsolike.loading import LoadSummary, load_folder
from alsolike.progress import ignore_progress

Rows = list[dict[str, str | None]]

PRODUCTS: Rows = [
    {
        "product_id": "p1",
        "title": "Kettle",
        "description": 'Boils.\nWhistles, "loudly".',
        "category": "Kitchen > Kettles",
        "brand": " Acme ",
        "price": "12.50",
        "currency": "EUR",
        "image_url": "/k.svg",
        "attributes": '{"colour": "red"}',
        "in_stock": "no",
        "created_at": "2026-01-02T03:04:05Z",
        "url": "https://shop.test/kettle",
        "sale_price": "9.9",
        "item_group_id": "kettles",
        "is_hidden": "t",
        "language": "pt_BR",
        "gtin": "4006381 333931",
    },
    {
        "product_id": "p2",
        "title": "Tasse à café ☕",
        "description": None,
        "category": None,
        "brand": None,
        "price": None,
        "currency": None,
        "image_url": None,
        "attributes": None,
        "in_stock": None,
        "created_at": "2026-01-02T03:04:05+02:00",
        "url": None,
        "sale_price": None,
        "item_group_id": None,
        "is_hidden": None,
        "language": None,
        "gtin": None,
    },
]
PURCHASES: Rows = [
    {
        "purchase_id": "b1",
        "shopper_id": "s1",
        "product_id": "p1",
        "purchased_at": "2026-02-01T10:00:00Z",
        "quantity": "2",
        "unit_price": "12.5",
        "order_id": "o1",
    },
    {
        "purchase_id": "b2",
        "shopper_id": "s2",
        "product_id": "p2",
        "purchased_at": "2026-02-02T10:00:00Z",
        "quantity": None,
        "unit_price": None,
        "order_id": None,
    },
]
VIEWS: Rows = [
    {
        "view_id": "v1",
        "product_id": "p1",
        "viewed_at": "2026-02-01T09:00:00Z",
        "shopper_id": "s3",
        "session_id": None,
    },
    {
        "view_id": "v2",
        "product_id": "p2",
        "viewed_at": "2026-02-01T09:00:00Z",
        "shopper_id": None,
        "session_id": "x",
    },
]
REVIEWS: Rows = [
    {
        "review_id": "r1",
        "shopper_id": "s1",
        "product_id": "p1",
        "rating": "5",
        "reviewed_at": "2026-02-03T10:00:00Z",
        "title": "Good",
        "body": "Line\nline",
    },
]
FILES = {"products": PRODUCTS, "purchases": PURCHASES, "views": VIEWS, "reviews": REVIEWS}
TABLES = {
    "products": "product_id, title, description, category, brand, price, currency, image_url, "
    "attributes, is_in_stock, created_at, url, sale_price, item_group_id, is_hidden, language, "
    "gtin",
    "shoppers": "shopper_id, display_name",
    "purchases": "purchase_id, shopper_id, product_id, purchased_at, quantity, unit_price, "
    "order_id",
    "views": "view_id, product_id, viewed_at, shopper_id, session_id",
    "reviews": "review_id, shopper_id, product_id, rating, reviewed_at, title, body",
}


def write_csv(path: Path, rows: Rows) -> None:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def write_jsonl(path: Path, rows: Rows) -> None:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding="utf-8") as file:
        for row in rows:
            item: dict[str, Any] = dict(row)
            if item.get("attributes"):
                item["attributes"] = json.loads(item["attributes"])
            file.write(json.dumps(item) + "\n")


def write_parquet(path: Path, rows: Rows) -> None:
    pq.write_table(pa.Table.from_pylist(rows), path)


WRITERS: dict[str, Callable[[Path, Rows], None]] = {
    "csv": write_csv,
    "csv.gz": write_csv,
    "jsonl": write_jsonl,
    "jsonl.gz": write_jsonl,
    "parquet": write_parquet,
}


def write(folder: Path, suffix: str = "csv", **files: Rows) -> Path:
    folder.mkdir(exist_ok=True)
    for name, rows in (files or FILES).items():
        WRITERS[suffix](folder / f"{name}.{suffix}", rows)
    return folder


def load(folder: Path, consent: str = "personalisation") -> LoadSummary:
    return load_folder(folder, consent=consent, report=ignore_progress)


def counts(summary: LoadSummary) -> dict[str, tuple[int, int, int]]:
    return {f.name.split(".")[0]: (f.loaded, f.unchanged, f.rejected) for f in summary.files}


def select(statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect("") as connection:
        return connection.execute(statement).fetchall()  # type: ignore[arg-type]


def contents() -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: select(f"select {columns} from raw.{table} order by 1")
        for table, columns in TABLES.items()
    }


def rejected() -> list[tuple[Any, ...]]:
    return select("select line, reason from raw.rejected_rows order by line")


@pytest.mark.parametrize("suffix", WRITERS)
def test_every_format_gives_the_same_tables(
    database: dict[str, str], tmp_path: Path, suffix: str
) -> None:
    summary = load(write(tmp_path / "shop", suffix))
    assert counts(summary) == {
        "products": (2, 0, 0),
        "purchases": (2, 0, 0),
        "views": (2, 0, 0),
        "reviews": (1, 0, 0),
    }
    assert summary.notes == [
        f"views.{suffix}: 1 view of sessions kept, whose visitors agreed (--consent)."
    ]
    found = contents()
    kettle, cup = found["products"]
    assert kettle[1:10] == (
        "Kettle",
        'Boils.\nWhistles, "loudly".',
        "Kitchen > Kettles",
        "Acme",
        kettle[5],
        "EUR",
        "/k.svg",
        {"colour": "red"},
        False,
    )
    assert str(kettle[5]) == "12.50"
    assert kettle[10].isoformat() == "2026-01-02T03:04:05+00:00"
    assert kettle[11:] == (
        "https://shop.test/kettle",
        Decimal("9.90"),
        "kettles",
        True,
        "pt-br",
        "4006381333931",
    )
    assert cup[11:] == (None, None, None, False, None, None)
    assert cup[1:10] == ("Tasse à café ☕", None, None, None, None, None, None, {}, True)
    assert cup[10].isoformat() == "2026-01-02T01:04:05+00:00"
    assert [row[0] for row in found["shoppers"]] == ["s1", "s2", "s3"]
    assert [(row[0], row[4], row[6]) for row in found["purchases"]] == [
        ("b1", 2, "o1"),
        ("b2", 1, None),
    ]
    assert found["views"][1][3:] == (None, "x")
    assert found["reviews"][0][3] == 5


def test_the_same_files_twice_change_nothing(database: dict[str, str], tmp_path: Path) -> None:
    folder = write(tmp_path / "shop")
    load(folder)
    before = contents(), select("select * from raw.consents order by 1"), loaded_at()
    summary = load(folder)
    assert counts(summary) == {
        "products": (0, 2, 0),
        "purchases": (0, 2, 0),
        "views": (0, 2, 0),
        "reviews": (0, 1, 0),
    }
    after = contents(), select("select * from raw.consents order by 1"), loaded_at()
    assert before == after


def loaded_at() -> list[list[tuple[Any, ...]]]:
    return [select(f"select loaded_at from raw.{table} order by 1") for table in TABLES]


def test_a_changed_product_is_updated_and_columns_the_file_lacks_are_kept(
    database: dict[str, str], tmp_path: Path
) -> None:
    load(write(tmp_path / "shop"))
    changed: Rows = [
        {"product_id": "p1", "title": "Kettle", "price": "9", "brand": None},
        {"product_id": "p2", "title": "Tasse à café ☕", "price": None, "brand": None},
    ]
    summary = load(write(tmp_path / "later", products=changed))
    assert counts(summary) == {"products": (1, 1, 0)}
    kettle = contents()["products"][0]
    assert (str(kettle[5]), kettle[4], kettle[6], kettle[9]) == ("9.00", None, "EUR", False)


def test_an_event_never_changes(database: dict[str, str], tmp_path: Path) -> None:
    folder = write(tmp_path / "shop")
    load(folder)
    before = contents()
    changed: Rows = [{**PURCHASES[0], "quantity": "3"}, PURCHASES[1]]
    summary = load(write(tmp_path / "later", purchases=changed))
    assert counts(summary) == {"purchases": (0, 1, 1)}
    assert contents() == before
    ((line, reason),) = rejected()
    assert line == 2
    assert reason.startswith("purchase_id is 'b1', which is there with other content")


BAD: list[tuple[str, dict[str, str | None], str]] = [
    ("products", {"product_id": None}, "product_id is missing"),
    ("products", {"title": "  "}, "title is missing"),
    ("products", {"title": "NULL"}, "title is missing"),
    ("products", {"product_id": ".."}, "product_id is '..': it has no address"),
    ("products", {"title": "a\0b"}, "title holds a NUL character"),
    ("products", {"product_id": "x" * 501}, "product_id is 501 bytes: at most 500"),
    ("purchases", {"purchase_id": None}, "purchase_id is missing"),
    (
        "purchases",
        {"shopper_id": None, "order_id": None},
        "shopper_id and order_id are missing: expected one of them",
    ),
    ("purchases", {"product_id": None}, "product_id is missing"),
    ("purchases", {"product_id": "p9"}, "product_id is 'p9': expected a product that is loaded"),
    ("purchases", {"purchased_at": None}, "purchased_at is missing"),
    ("purchases", {"purchased_at": "01/02/2026"}, "purchased_at is '01/02/2026': expected a"),
    ("purchases", {"purchased_at": "2026-02-30"}, "purchased_at is '2026-02-30': expected a"),
    ("purchases", {"purchased_at": "infinity"}, "purchased_at is 'infinity': expected a time"),
    ("purchases", {"purchased_at": "1700000000"}, "purchased_at is '1700000000': expected a"),
    ("purchases", {"purchased_at": "1989-12-31"}, "expected a time from 1990 until tomorrow"),
    ("purchases", {"purchased_at": "9998-01-01"}, "expected a time from 1990 until tomorrow"),
    ("purchases", {"quantity": "0"}, "quantity is '0': expected a whole number from 1"),
    ("purchases", {"quantity": "-2"}, "quantity is '-2': expected a whole number from 1"),
    ("views", {"session_id": None, "shopper_id": None}, "shopper_id and session_id are missing"),
    ("views", {"viewed_at": "x"}, "viewed_at is 'x': expected a time"),
    ("views", {"product_id": "p9"}, "product_id is 'p9': expected a product that is loaded"),
    ("views", {"viewed_at": "9998-01-01"}, "expected a time from 1990 until tomorrow"),
    ("reviews", {"rating": "0"}, "rating is '0': expected a number from 1 to 5"),
    ("reviews", {"rating": "6"}, "rating is '6': expected a number from 1 to 5"),
    ("reviews", {"rating": "7/5"}, "rating is '7/5': expected a number from 1 to 5"),
    ("reviews", {"rating": None}, "rating is missing"),
    ("reviews", {"reviewed_at": "x"}, "reviewed_at is 'x': expected a time"),
]
ID = {"products": "product_id", "purchases": "purchase_id", "views": "view_id"}


@pytest.mark.parametrize(("name", "change", "reason"), BAD)
def test_a_row_that_cannot_be_used_is_kept_with_its_reason(
    database: dict[str, str], tmp_path: Path, name: str, change: dict[str, str | None], reason: str
) -> None:
    good = FILES[name][0]
    bad = {**good, ID.get(name, "review_id"): "bad", **change}
    files = {"products": PRODUCTS, name: [good, bad]}
    folder = write(tmp_path / "shop", **files)
    for _ in range(2):
        summary = load(folder)
        assert summary.files[-1].rejected == 1
        assert summary.files[-1].loaded + summary.files[-1].unchanged == 1
    # Quoted newlines of the row above count, as in an editor.
    first = 4 if name in {"products", "reviews"} else 3
    ((line, found),) = rejected()
    assert line == first
    assert reason in found
    assert select("select source from raw.rejected_rows") == [(f"{name}.csv",)]


def test_repeated_ids_in_a_file(database: dict[str, str], tmp_path: Path) -> None:
    products: Rows = [*PRODUCTS, PRODUCTS[1], {**PRODUCTS[1], "title": "Other"}]
    purchases: Rows = [*PURCHASES, PURCHASES[1], {**PURCHASES[1], "quantity": "7"}]
    summary = load(write(tmp_path / "shop", products=products, purchases=purchases))
    assert counts(summary) == {"products": (2, 1, 1), "purchases": (2, 1, 1)}
    reasons = [reason for _, reason in rejected()]
    assert len(reasons) == 2
    assert any("product_id is 'p2', which line 4 has with other content" in r for r in reasons)
    assert any("purchase_id is 'b2', which is there with other content" in r for r in reasons)
    assert contents()["products"][1][1] == "Tasse à café ☕"
    assert contents()["purchases"][1][4] == 1


def test_whole_numbers_may_be_written_with_a_point(
    database: dict[str, str], tmp_path: Path
) -> None:
    files = {
        "products": PRODUCTS,
        "purchases": [{**PURCHASES[0], "quantity": "2.0"}],
        "reviews": [{**REVIEWS[0], "rating": "4.0"}],
    }
    summary = load(write(tmp_path / "shop", **files))
    assert summary.total.rejected == 0
    assert contents()["reviews"][0][3] == 4


@pytest.mark.parametrize(
    ("time", "is_noted"),
    [
        ("2026-02-01", True),
        ("2026-02-01T10:00:00", True),
        ("2026-02-01 10:00", True),
        ("2026-02-01T10:00:00.123456", True),
        ("2026-02-01T10:00:00-05", False),
        ("2026-02-01T10:00:00z", False),
        ("2026-02-01T10:00:00+05:30", False),
        ("2026-02-01 10:00:00 UTC", False),
        ("2026-02-01T10:00:00+0000", False),
    ],
)
def test_a_time_without_a_zone_is_utc_and_said_once(
    database: dict[str, str], tmp_path: Path, time: str, is_noted: bool
) -> None:
    products = [{**PRODUCTS[0], "created_at": time}]
    purchases = [{**PURCHASES[0], "purchased_at": time}]
    summary = load(write(tmp_path / "shop", products=products, purchases=purchases))
    assert summary.total.rejected == 0
    assert summary.notes == (["Times without a zone were taken as UTC."] if is_noted else [])


def test_what_a_product_has_beside_its_texts_is_never_a_reason_to_reject_it(
    database: dict[str, str], tmp_path: Path
) -> None:
    product = {
        "product_id": "p1",
        "title": "Kettle",
        "url": "javascript:alert(1)",
        "sale_price": "1.299",
        "is_hidden": "perhaps",
        "language": "German",
        "gtin": "8.90E+12",
        "item_group_id": "g" * 501,
    }
    summary = load(write(tmp_path, products=[product]))
    assert counts(summary) == {"products": (1, 0, 0)}
    assert select(
        "select url, sale_price, is_hidden, language, gtin, item_group_id from raw.products"
    ) == [(None, None, True, None, None, None)]
    assert [note.split()[1] for note in summary.notes] == sorted(
        set(product) - {"product_id", "title"}
    )


def test_an_unknown_column_is_ignored_with_a_note(database: dict[str, str], tmp_path: Path) -> None:
    summary = load(write(tmp_path / "shop", products=[{**PRODUCTS[0], "weight": "3"}]))
    assert summary.notes == ["products.csv: ignored columns: 'weight'."]


def test_many_unknown_columns_make_no_long_note(database: dict[str, str], tmp_path: Path) -> None:
    others: dict[str, str | None] = {f"x{n:02}": "3" for n in range(44)}
    (note,) = load(write(tmp_path / "shop", products=[{**PRODUCTS[0], **others}])).notes
    assert note.endswith("'x10', 'x11' and 32 more.")


def test_a_huge_field_is_loaded(database: dict[str, str], tmp_path: Path) -> None:
    body = "word " * 600_000
    load(write(tmp_path / "shop", products=PRODUCTS, reviews=[{**REVIEWS[0], "body": body}]))
    assert select("select length(body) from raw.reviews") == [(len(body) - 1,)]


def test_a_refused_file_leaves_nothing_and_those_before_it_stay(
    database: dict[str, str], tmp_path: Path
) -> None:
    folder = write(tmp_path / "shop", products=PRODUCTS, purchases=PURCHASES, views=VIEWS)
    with (folder / "purchases.csv").open("ab") as file:
        file.write(b"b3,s1,p1,2026-01-01T00:00:00Z,1,1,\xff\n")
    with pytest.raises(InputFileError, match="not UTF-8") as raised:
        load(folder)
    assert "what was loaded before it stays: products.csv" in str(raised.value)
    assert [len(rows) for rows in contents().values()] == [2, 0, 0, 0, 0]


def test_the_first_file_refused_says_that_nothing_was_loaded(
    database: dict[str, str], tmp_path: Path
) -> None:
    folder = write(tmp_path / "shop")
    (folder / "products.csv").write_text("title\nx\n")
    with pytest.raises(InputFileError, match="lacks the column product_id.*Nothing was loaded"):
        load(folder)


def test_two_files_of_a_kind_are_refused(database: dict[str, str], tmp_path: Path) -> None:
    folder = write(tmp_path / "shop", "csv", products=PRODUCTS)
    write(folder, "jsonl", products=PRODUCTS)
    with pytest.raises(InputFileError, match=r"products\.csv and products\.jsonl"):
        load(folder)


def test_files_of_other_names_are_noted_beside_those_that_are_loaded(
    database: dict[str, str], tmp_path: Path
) -> None:
    folder = write(tmp_path / "shop", products=PRODUCTS)
    for name in ("Purchases.csv", "orders.json", "extra.parquet", "README.txt", ".old.csv"):
        (folder / name).write_text("x\n")
    (note,) = (note for note in load(folder).notes if "not loaded" in note)
    assert note == (
        "not loaded, because of their names: Purchases.csv, extra.parquet, orders.json. "
        "Rename Purchases.csv to purchases.csv. "
        "Save orders.json as purchases.jsonl, one object on each line."
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("order.csv", "Rename order.csv to purchases.csv, one line for each product of an order."),
        ("customers_2026.csv", "Rename customers_2026.csv to shoppers.csv."),
        ("items.csv", "Rename items.csv to products.csv."),
        ("products.tsv", "Rename products.tsv to products.csv."),
        ("products.ndjson", "Rename products.ndjson to products.jsonl."),
        ("Products.xlsx", "Save Products.xlsx as products.csv."),
    ],
)
def test_of_a_file_of_another_name_it_is_said_what_to_call_it(
    tmp_path: Path, name: str, hint: str
) -> None:
    (tmp_path / name).write_text("x\n")
    with pytest.raises(InputFileError, match="has no file to load") as raised:
        load(tmp_path)
    assert hint in str(raised.value)


def test_an_empty_folder_is_refused(database: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="expected any of products, shoppers, purchases"):
        load(tmp_path)


def test_a_file_with_a_header_alone_is_noted(database: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "products.csv").write_text("product_id,title\n")
    summary = load(tmp_path)
    assert counts(summary) == {"products": (0, 0, 0)}
    assert summary.notes == ["products.csv: it has no rows."]


def test_progress_ends_at_the_number_of_rows(database: dict[str, str], tmp_path: Path) -> None:
    reports: list[tuple[str, int, int | None]] = []
    load_folder(
        write(tmp_path / "shop"),
        consent="none",
        report=lambda stage, done, total: reports.append((stage, done, total)),
    )
    assert ("load products.csv", 2, 2) in reports
    assert reports[-1] == ("load reviews.csv", 1, 1)
