"""Which products an export is of, held in a temporary table that goes with the transaction."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psycopg

from alsolike.database import query
from alsolike.errors import InputFileError, SnapshotError

_SHOWN_IDS = 5


def read_product_ids(path: Path) -> Iterator[str]:
    """Yield the product ids of a file, one per line; empty lines and outer blanks are dropped.

    Raises
    ------
    InputFileError
        The file is not UTF-8 text, or a line holds a NUL, which no id can; the message says where.
    """
    line_number = 0
    try:
        with path.open(encoding="utf-8-sig") as file:
            for line_number, line in enumerate(file, start=1):
                if "\0" in line:
                    message = f"{path}, line {line_number}: not text. Give one product id per line."
                    raise InputFileError(message)
                product_id = line.strip()
                if product_id:
                    yield product_id
    except UnicodeDecodeError as error:
        message = f"{path}, after line {line_number}: not UTF-8 text. Give one product id per line."
        raise InputFileError(message) from error


def fill_scope(
    connection: psycopg.Connection[Any],
    model_id: int,
    product_ids: Iterable[str] | None,
    category: str | None,
) -> int:
    """Write the products to export to the table `snapshot_products`; return how many they are.

    Of a category or the whole catalogue (neither a list nor a category) only products with
    neighbours by the model count.

    Raises
    ------
    SnapshotError
        A product of the list or the category is unknown, or the list is empty.
    """
    connection.execute(
        "create temporary table snapshot_products (product_id text not null) on commit drop"
    )
    if product_ids is not None:
        with (
            connection.cursor() as cursor,
            cursor.copy("copy snapshot_products (product_id) from stdin") as copy,
        ):
            for product_id in product_ids:
                copy.write_row((product_id,))
        _require_known(connection)
    else:
        if category is not None:
            _require_category(connection, category)
        connection.execute(
            query("alsolike/snapshot/fill_scope"), {"model_id": model_id, "category": category}
        )
    # Autovacuum never sees a temporary table.
    connection.execute("analyze snapshot_products")
    return _count(connection)


def _count(connection: psycopg.Connection[Any]) -> int:
    statement = "select count(distinct s.product_id) from snapshot_products as s"
    row = connection.execute(statement).fetchone()
    return 0 if row is None else int(row[0])


def _require_category(connection: psycopg.Connection[Any], category: str) -> None:
    row = connection.execute(
        "select exists (select from raw.products as p where p.category = %(category)s"
        " or starts_with(p.category, %(category)s || ' > '))",
        {"category": category},
    ).fetchone()
    if row != (True,):
        message = (
            f"There is no product in the category {category!r}: give its whole path, as in 'A > B'."
        )
        raise SnapshotError(message)


def _require_known(connection: psycopg.Connection[Any]) -> None:
    if _count(connection) == 0:
        message = "There is no product in the list to export: give one product id per line."
        raise SnapshotError(message)
    rows = connection.execute(
        query("alsolike/snapshot/unknown_products"), {"limit": _SHOWN_IDS}
    ).fetchall()
    if rows:
        total: int = rows[0][1]
        shown = ", ".join(repr(row[0]) for row in rows)
        more = f" and {total - len(rows):,} more" if total > len(rows) else ""
        message = (
            f"{total:,} of the products to export are unknown: {shown}{more}. "
            "Take them off the list, or load them first."
        )
        raise SnapshotError(message)
