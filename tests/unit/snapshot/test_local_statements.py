"""What the local snapshot is asked, and the most steps of SQLite's machine that it may take."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alsolike.database import query
from alsolike.local_snapshot import reader

PRODUCTS = 12_000
SHELF = "Department 3 > Shelf 9"

# What the others mean when a case does not say it.
ASKED = {
    "exclude": '["v00003"]',
    "category": None,
    "brands": None,
    "candidates": None,
    "price_min": None,
    "price_max": None,
    "attributes": None,
    "is_in_stock": 1,
    "k": 10,
    "skip": 0,
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
CASES: list[tuple[str, dict[str, Any], int, int]] = [
    ("snapshot_id", {}, 1, 100),
    ("products_by_id", {}, 2, 500),
    ("rebuyable", {}, 2, 500),
    ("neighbours", {}, 10, 2000),
    ("neighbours", {"category": SHELF}, 0, 3000),
    ("popular", {}, 10, 2000),
    ("list_products", {}, 25, 2000),
    ("list_products", {"after": "v06000"}, 25, 2000),
    ("list_category", {"category": SHELF}, 25, 10_000),
    ("list_category", {"category": "Nowhere"}, 0, 100),
    ("category_products", {"category": SHELF}, 25, 10_000),
    ("category_products", {"category": "Nowhere"}, 0, 100),
    ("has_category", {"category": "Department 3"}, 1, 100),
    ("has_category", {"category": "Nowhere"}, 1, 100),
    ("search", {}, 1, 1000),
    # Kept in memory for a minute.
    ("category_counts", {}, 60, 20 * PRODUCTS),
]


@pytest.fixture(scope="module")
def file() -> Iterator[sqlite3.Connection]:
    """Give a snapshot of 12,000 products, of which half are ranked."""
    connection = sqlite3.connect(":memory:")
    # Asked for by name where a filter has attributes, which none has here.
    connection.create_function("has_attributes", 2, lambda own, wanted: own == wanted)
    for name in ("create_meta", "create_products", "create_neighbours"):
        connection.execute(query(f"alsolike/local_snapshot/{name}"))
    connection.execute("insert into meta values ('snapshot_id', 'one')")
    connection.executemany(
        "insert into products values "
        "(?, ?, ?, 'text', ?, 'brand', '1.00', 'EUR', null, '{}', 1, ?, null, 0, ?, ?)",
        (
            (
                n,
                f"v{n:05}",
                f"Lamp name{n}",
                f"Department {n % 6} > Shelf {n % 60}",
                f"2026-01-{1 + n % 28:02}",
                n + 1 if n < PRODUCTS / 2 else None,
                n % 2,
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
    for name in ("index_category", "index_popularity", "index_words", "fill_words", "analyze"):
        connection.execute(query(f"alsolike/local_snapshot/{name}"))
    yield connection
    connection.close()


@pytest.mark.parametrize(("name", "asked", "rows", "most"), CASES)
def test_a_statement_takes_no_more_steps_than_it_needs(
    file: sqlite3.Connection, name: str, asked: dict[str, Any], rows: int, most: int
) -> None:
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 10
        return 0

    file.set_progress_handler(count, 10)
    found = file.execute(query(f"alsolike/local_snapshot/{name}"), ASKED | asked).fetchall()
    file.set_progress_handler(None, 0)
    assert len(found) == rows
    assert steps <= most


def test_no_statement_of_the_reader_is_forgotten() -> None:
    text = Path(reader.__file__).read_text()
    used = set(re.findall(r'_(?:rows|products)\("([a-z_]+)"', text))
    assert len(used) > 8
    assert {name for name, *_ in CASES} == used
