"""What the local snapshot is asked, and the most steps of SQLite's machine that it may take."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from alsolike.database import query
from alsolike.models import ServingOptions
from alsolike.snapshot import reader
from alsolike.snapshot.fetch import write_file
from alsolike.snapshot.reader import prepare_questions

PRODUCTS = 12_000
SHELF = "Department 3 > Shelf 9"
SERVING = ServingOptions(0.85, 20, 3, 2, 1, 1000, 30, 0, 1, 1)

# What the others mean when a case does not say it.
PARAMETERS = {
    "k": 10,
    "product_id": "v00001",
    "product_ids": '["v00001", "v11999"]',
    "words": '"name4711"',
    # Each leads to five products but the second, which leads to twenty.
    "actions": json.dumps(
        [
            {"kind": "purchase", "product_id": f"v{n:05}", "weight": 1.0, "depth": 20}
            for n in range(20)
        ]
    ),
    "visit": 0,
    "past_share": 1.0,
    "prior_share": 1.0,
    "after": None,
    "after_time": None,
    "after_id": None,
    "after_rank": None,
    "row_count": 25,
}

# A page takes some hundreds of steps, a shelf of 200 products some thousands, and all 12,000
# products more than a hundred thousand.
# Name, filter, parameters, rows, most steps.
CASES: list[tuple[str, dict[str, Any], dict[str, Any], int, int]] = [
    ("products_by_id", {}, {}, 2, 500),
    ("neighbours", {}, {}, 10, 2000),
    ("neighbours", {"category": SHELF}, {}, 1, 3000),
    # With 200 products that have a prior.
    ("scored_products", {}, {}, 10, 100_000),
    ("scored_products", {"category": SHELF}, {}, 1, 100_000),
    # The visit leads to five products, what came before to more than ten.
    ("scored_products", {}, {"visit": 4, "past_share": 0.5}, 15, 100_000),
    ("popular", {}, {}, 10, 2000),
    ("list_products", {}, {}, 25, 2000),
    ("list_products", {}, {"after": "v06000"}, 25, 2000),
    ("list_category", {"category": SHELF}, {}, 25, 10_000),
    ("list_category", {"category": "Nowhere"}, {}, 0, 200),
    ("category_products", {"category": SHELF}, {}, 25, 10_000),
    ("category_products", {"category": "Nowhere"}, {}, 0, 200),
    ("has_category", {"category": "Department 3"}, {}, 1, 200),
    ("has_category", {"category": "Nowhere"}, {}, 1, 200),
    ("search", {}, {}, 1, 1000),
    # Of the first 10,000 products.
    ("commonest_currency", {}, {}, 1, 40 * 10_000),
    # Kept in memory for a minute.
    ("category_counts", {}, {}, 60, 20 * PRODUCTS),
]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """Give a snapshot of 12,000 products, of which half are ranked."""
    path = tmp_path_factory.mktemp("snapshot") / "one.sqlite"
    products = [
        (
            f"v{n:05}",
            f"Lamp name{n}",
            "text",
            f"Department {n % 6} > Shelf {n % 60}",
            "brand",
            "1.00",
            "EUR",
            None,
            "{}",
            True,
            datetime(2026, 1, 1 + n % 28, tzinfo=UTC),
            None,
            0,
            n + 1 if n < PRODUCTS / 2 else None,
            n % 2 == 0,
            None,
            None,
            None,
            0.1 if n % 60 == 0 else None,
            0.5 if n % 2 else None,
        )
        for n in range(PRODUCTS)
    ]
    neighbours = [
        (f"v{n:05}", rank, f"v{(n + rank) % PRODUCTS:05}", 0.5, "average")
        for n in range(PRODUCTS)
        for rank in range(1, 21 if n == 1 else 6)
    ]
    write_file(
        path, "one", SERVING, [("products", columns(products)), ("neighbours", columns(neighbours))]
    )
    with closing(sqlite3.connect(path)) as connection:
        prepare_questions(connection)
        yield connection


def columns(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


@pytest.mark.parametrize(("name", "wanted", "given", "rows", "most"), CASES)
def test_a_statement_takes_no_more_steps_than_it_needs(
    file: sqlite3.Connection,
    name: str,
    wanted: dict[str, Any],
    given: dict[str, Any],
    rows: int,
    most: int,
) -> None:
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 10
        return 0

    file.execute(
        "update question set product_filter = ?, excluded = '[\"v00003\"]'", (json.dumps(wanted),)
    )
    statement = query(f"alsolike/snapshot/sqlite/{name}")
    file.set_progress_handler(count, 10)
    found = file.execute(statement, PARAMETERS | given).fetchall()
    file.set_progress_handler(None, 0)
    assert len(found) == rows
    assert steps <= most


def test_no_statement_of_the_reader_is_forgotten() -> None:
    text = Path(reader.__file__).read_text()
    used = set(re.findall(r'_(?:rows|products)\("([a-z_]+)"', text))
    assert len(used) > 7
    assert {name for name, *_ in CASES} == used
