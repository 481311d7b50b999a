"""What the local snapshot is asked, and the most steps of SQLite's machine that it may take."""

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alsolike.database import query
from alsolike.snapshot import reader
from alsolike.snapshot.reader import prepare_questions

PRODUCTS = 12_000
SHELF = "Department 3 > Shelf 9"

# What the others mean when a case does not say it.
PARAMETERS = {
    "k": 10,
    "product_id": "v00001",
    "product_ids": '["v00001", "v11999"]',
    "words": '"name4711"',
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
    ("neighbours", {"category": SHELF}, {}, 0, 3000),
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
    # Kept in memory for a minute.
    ("category_counts", {}, {}, 60, 20 * PRODUCTS),
]


@pytest.fixture(scope="module")
def file() -> Iterator[sqlite3.Connection]:
    """Give a snapshot of 12,000 products, of which half are ranked."""
    connection = sqlite3.connect(":memory:")
    connection.execute(query("alsolike/snapshot/sqlite/create_products"))
    connection.execute(query("alsolike/snapshot/sqlite/create_neighbours"))
    connection.executemany(
        "insert into products values "
        "(?, ?, 'text', ?, 'brand', '1.00', 'EUR', null, '{}', 1, ?, null, 0, ?, ?, ?)",
        (
            (
                f"v{n:05}",
                f"Lamp name{n}",
                f"Department {n % 6} > Shelf {n % 60}",
                f"2026-01-{1 + n % 28:02}",
                n + 1 if n < PRODUCTS / 2 else None,
                n % 2,
                n,
            )
            for n in range(PRODUCTS)
        ),
    )
    connection.executemany(
        "insert into neighbours values (?, ?, ?, 0.5)",
        ((n, rank, (n + rank) % PRODUCTS) for n in range(PRODUCTS) for rank in range(1, 6)),
    )
    connection.executemany(
        "insert into neighbours values (1, ?, ?, 0.5)", ((n, n * 60 + 4) for n in range(6, 21))
    )
    for name in ("index_category", "index_popularity", "index_words"):
        connection.execute(query(f"alsolike/snapshot/sqlite/{name}"))
    connection.execute("insert into words (words) values ('rebuild')")
    connection.execute("analyze")
    prepare_questions(connection)
    yield connection
    connection.close()


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
