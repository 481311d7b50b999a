"""Answers from the local snapshot: a read-only SQLite file, some tens of microseconds a query.

Nothing here needs the database, Parquet or S3.
"""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from alsolike.database import query
from alsolike.errors import SnapshotError
from alsolike.json_levels import load_stored_json
from alsolike.local_snapshot.containment import has_attributes
from alsolike.local_snapshot.layout import LocalPointer


class Wanted(Struct, frozen=True, kw_only=True):
    """Which products may be given.

    Attributes
    ----------
    exclude : sequence of str
        Product ids to leave out.
    category : str, optional
        Path of a category: itself and all below it.
    brands : list of str, optional
        One of these brands.
    price_min, price_max : float, optional
        Bounds of the price, both included; a product without a price is in no range.
    attributes : dict
        Attributes that a product's must contain, as Postgres has it.
    is_in_stock : bool, optional
        None: also those that were out of stock.
    candidates : list of str, optional
        Choose among these alone.
    """

    exclude: Sequence[str] = ()
    category: str | None = None
    brands: list[str] | None = None
    price_min: float | None = None
    price_max: float | None = None
    attributes: dict[str, Any] = field(default_factory=dict[str, Any])
    is_in_stock: bool | None = True
    candidates: list[str] | None = None

    def as_parameters(self) -> dict[str, Any]:
        """Return the values for a statement."""
        return {
            "exclude": msgspec.json.encode(list(self.exclude)).decode(),
            "category": self.category,
            "brands": _as_json(self.brands),
            "candidates": _as_json(self.candidates),
            "price_min": self.price_min,
            "price_max": self.price_max,
            "attributes": msgspec.json.encode(self.attributes).decode()
            if self.attributes
            else None,
            "is_in_stock": self.is_in_stock,
        }


class SnapshotProduct(Struct):
    """A product as of the snapshot, in the order of the columns of `local/*.sql`."""

    product_id: str
    title: str
    description: str | None
    category: str | None
    brand: str | None
    price: Decimal | None
    currency: str | None
    image_url: str | None
    attributes: dict[str, Any]
    is_in_stock: bool
    created_at: datetime
    rating_average: float | None
    review_count: int


class LocalSnapshot:
    """An open snapshot. Meant for one thread, such as that of an event loop.

    Every method raises `sqlite3.Error` when the file cannot be read after all.

    Parameters
    ----------
    path : Path
        The file, already found to be what the pointer says.
    pointer : LocalPointer
        What is known of it.

    Raises
    ------
    SnapshotError
        It is no such file.
    """

    def __init__(self, path: Path, pointer: LocalPointer) -> None:
        self.pointer = pointer
        try:
            # Immutable: no locks, and no look at whether it changed.
            self._connection = sqlite3.connect(
                f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            self._connection.create_function("has_attributes", 2, has_attributes)
            found = self._rows("snapshot_id", {})
        except sqlite3.Error as error:
            message = f"The local snapshot {path} cannot be read ({error}): run `alsolike fetch`."
            raise SnapshotError(message) from error
        if found != [(pointer.snapshot_id,)]:
            message = f"{path} is not the snapshot {pointer.snapshot_id}: run `alsolike fetch`."
            raise SnapshotError(message)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def products(self, product_ids: Sequence[str]) -> list[SnapshotProduct]:
        """Read products, in the order of the ids; unknown ones are left out."""
        wanted = msgspec.json.encode(list(product_ids)).decode()
        return self._products("products_by_id", {"product_ids": wanted})

    def product(self, product_id: str) -> SnapshotProduct | None:
        """Read one product; None for an unknown one."""
        found = self.products([product_id])
        return found[0] if found else None

    def rebuyable(self, product_ids: Sequence[str]) -> set[str]:
        """Tell which products shoppers buy again and again."""
        wanted = msgspec.json.encode(list(product_ids)).decode()
        return {row[0] for row in self._rows("rebuyable", {"product_ids": wanted})}

    def neighbours(
        self, product_id: str, wanted: Wanted, k: int
    ) -> list[tuple[SnapshotProduct, float]]:
        """Find up to k neighbours of a product with their scores, best first."""
        parameters = {**wanted.as_parameters(), "product_id": product_id, "k": k}
        rows = self._rows("neighbours", parameters)
        return [(_product(row[1:]), row[0]) for row in rows]

    def popular(self, wanted: Wanted, k: int, offset: int = 0) -> list[SnapshotProduct]:
        """Find k products: the recently popular ones, then the newest."""
        parameters = {**wanted.as_parameters(), "k": k, "skip": offset}
        return self._products("popular", parameters)

    def list_products(
        self, category: str | None, after: str | None, limit: int
    ) -> list[SnapshotProduct]:
        """Read a page of the catalogue, or of a category and all below it, by product id."""
        parameters = {"after": after, "row_count": limit}
        if category is None:
            return self._products("list_products", parameters)
        return self._products("list_category", {**parameters, "category": category})

    def category_products(
        self, category: str, after: tuple[datetime, str] | None, limit: int
    ) -> list[SnapshotProduct]:
        """Read a page of a category and all below it, newest first."""
        time, last_id = (after[0].astimezone(UTC).isoformat(), after[1]) if after else (None, None)
        parameters = {
            "category": category,
            "after_time": time,
            "after_id": last_id,
            "row_count": limit,
        }
        return self._products("category_products", parameters)

    def search(
        self, words: str, category: str | None, after: tuple[float, str] | None, limit: int
    ) -> list[tuple[SnapshotProduct, float]]:
        """Find products whose text holds every word, with how well each matches, best first."""
        # Quoted, a word means itself, whatever is in it.
        terms = " ".join(f'"{word.replace(chr(34), "")}"' for word in words.split())
        if not terms:
            return []
        relevance, last_id = after or (None, None)
        parameters = {
            "words": terms,
            "category": category,
            "after_rank": relevance,
            "after_id": last_id,
            "row_count": limit,
        }
        return [(_product(row[1:]), row[0]) for row in self._rows("search", parameters)]

    def category_counts(self) -> list[tuple[str, int, str | None]]:
        """Count the products of every category path, deeper ones apart, with a picture of one."""
        return [(row[0], row[1], row[2]) for row in self._rows("category_counts", {})]

    def has_category(self, category: str) -> bool:
        """Tell whether any product is of a category or below it."""
        return bool(self._rows("has_category", {"category": category})[0][0])

    def _products(self, name: str, parameters: dict[str, Any]) -> list[SnapshotProduct]:
        return [_product(row) for row in self._rows(name, parameters)]

    def _rows(self, name: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
        return self._connection.execute(
            query(f"alsolike/local_snapshot/{name}"), parameters
        ).fetchall()


def _product(row: tuple[Any, ...]) -> SnapshotProduct:
    return SnapshotProduct(
        *row[:5],
        price=None if row[5] is None else Decimal(row[5]),
        currency=row[6],
        image_url=row[7],
        attributes=load_stored_json(row[8]),
        is_in_stock=bool(row[9]),
        created_at=datetime.fromisoformat(row[10]),
        rating_average=row[11],
        review_count=row[12],
    )


def _as_json(values: list[str] | None) -> str | None:
    return None if values is None else msgspec.json.encode(values).decode()
