"""Answers from the local snapshot: a read-only SQLite file, some tens of microseconds a query.

Nothing here needs the database, Parquet or S3.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from math import ceil
from pathlib import Path
from struct import pack, unpack
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from alsolike.database import query
from alsolike.errors import SnapshotError
from alsolike.folding import folded
from alsolike.json_levels import load_stored_json
from alsolike.models import ServingOptions
from alsolike.snapshot.containment import has_attributes
from alsolike.snapshot.local_file import LocalPointer

# Temporary tables and views belong to the connection: the file stays as it is.
_TEMPORARY = (
    "create_question",
    "create_fitting_products",
    "create_allowed_products",
    "create_shown_products",
    "create_category_products",
)


class SnapshotProduct(Struct):
    """A product as of the snapshot; prices as the shop wrote them, created_at in UTC.

    `url` is empty where the shop named none. `variants` counts the others of its group in stock.
    """

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
    is_rebuyable: bool
    sale_price: Decimal | None
    url: str
    variant_group_id: str | None
    variants: int


class WeightedAction(Struct, frozen=True):
    """What somebody did with a product, and how much it counts, above 0."""

    kind: str
    product_id: str
    weight: float


class Taste(Struct, frozen=True):
    """What somebody did, one action of each product, the latest first.

    Attributes
    ----------
    visit : int
        How many of the actions, from the first on, are of the current visit; 0: a list is not
        shared out between what these lead to and all others.
    past_share : float
        Share of the other actions in all weights.
    """

    actions: Sequence[WeightedAction]
    visit: int = 0
    past_share: float = 1.0


class ScoredSnapshotProduct(NamedTuple):
    """A product, its score, and the place of the action that gave most of it.

    Without a place the product's prior alone gave, without a score it only fills up.
    """

    product: SnapshotProduct
    score: float | None
    action_place: int | None


class LocalSnapshot:
    """An open snapshot. Meant for one thread, such as that of an event loop.

    Every method raises `sqlite3.Error` when the file cannot be read after all.

    A list takes a `filter_json`, the text of `ProductFilter.as_json()`, which means what
    `recs.fits` has it mean in Postgres (None: products in stock), product ids to `exclude` with
    their variants, and `candidates` to choose among (None: any). It has one product of each group
    of variants, as a category and a search have; pages of the catalogue have all.

    Attributes
    ----------
    serving : ServingOptions
        How the model answers whose neighbours these are.

    Raises
    ------
    SnapshotError
        It is not the file that the pointer says.
    """

    def __init__(self, path: Path, pointer: LocalPointer) -> None:
        self.pointer = pointer
        try:
            # Immutable: no locks, and no look at whether it changed.
            self._connection = sqlite3.connect(
                f"{path.as_uri()}?mode=ro&immutable=1",
                uri=True,
                check_same_thread=False,
                isolation_level=None,
            )
            prepare_questions(self._connection)
            snapshot_id, serving = self._connection.execute("select * from snapshot").fetchone()
            self.serving = msgspec.json.decode(serving, type=ServingOptions)
        except (sqlite3.Error, msgspec.MsgspecError) as error:
            message = f"The local snapshot {path} cannot be read ({error}): run `alsolike fetch`."
            raise SnapshotError(message) from error
        if snapshot_id != pointer.snapshot_id:
            message = f"{path} is not the snapshot {pointer.snapshot_id}: run `alsolike fetch`."
            raise SnapshotError(message)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def products(self, product_ids: Sequence[str]) -> list[SnapshotProduct]:
        """Read products, in the order of the ids; unknown ones are left out."""
        return self._products("products_by_id", {"product_ids": _json(product_ids)})

    def product(self, product_id: str) -> SnapshotProduct | None:
        """Read one product; None for an unknown one."""
        products = self.products([product_id])
        return products[0] if products else None

    def rebuyable(self, product_ids: Sequence[str]) -> set[str]:
        """Tell which products shoppers buy again and again."""
        return {p.product_id for p in self.products(product_ids) if p.is_rebuyable}

    def neighbours(
        self,
        product_id: str,
        k: int,
        filter_json: str | None = None,
        exclude: Sequence[str] = (),
        candidates: Sequence[str] | None = None,
    ) -> list[tuple[SnapshotProduct, float]]:
        """Find up to k neighbours of a product with their scores, best first; one of each group."""
        self._ask(filter_json, exclude, candidates)
        scores: dict[str, float] = {}

        def read(wanted: int) -> list[SnapshotProduct]:
            rows = self._rows("neighbours", {"product_id": product_id, "k": wanted})
            products = [product_of_row(row[1:]) for row in rows]
            for product, row in zip(products, rows, strict=True):
                scores.setdefault(product.product_id, row[0])
            return products

        return [(found, scores[found.product_id]) for found in _first_of_groups(read, k, k)[:k]]

    def scored(
        self,
        taste: Taste,
        k: int,
        filter_json: str | None = None,
        exclude: Sequence[str] = (),
        candidates: Sequence[str] | None = None,
    ) -> list[ScoredSnapshotProduct]:
        """Find products that the model scores for a taste, best first, as `recs.scored_products`.

        Of an action that counts little, only the nearest neighbours are added up. One of each
        group. They are k, where there are so many; of a taste with a visit more: k of either side
        are read.
        """
        self._ask(filter_json, exclude, candidates)
        weights = [_as_real(one.weight) for one in taste.actions]
        full_weight = self.serving.full_weight
        given = [
            {
                "kind": one.kind,
                "product_id": one.product_id,
                "weight": weight,
                "depth": ceil(self.serving.neighbour_rows * weight / sum(weights)),
            }
            for one, weight in zip(taste.actions, weights, strict=True)
        ]
        parameters = {
            "actions": msgspec.json.encode(given).decode(),
            "visit": taste.visit,
            "past_share": taste.past_share,
            "prior_share": min(1, sum(weights) / full_weight) if weights and full_weight else 1,
        }
        found: dict[str, ScoredSnapshotProduct] = {}

        def read(wanted: int) -> list[SnapshotProduct]:
            rows = self._rows("scored_products", {**parameters, "k": wanted})
            scored = [ScoredSnapshotProduct(product_of_row(row[2:]), *row[:2]) for row in rows]
            # A variant that takes the place of others may come again, and then scores less.
            for one in scored:
                found.setdefault(one.product.product_id, one)
            return [one.product for one in scored]

        def is_of_visit(product: SnapshotProduct) -> bool:
            place = found[product.product_id].action_place
            return place is not None and place < taste.visit

        # As many at first as the database reads: how far it reads is felt where a list has sides.
        (has_groups,) = self._connection.execute(
            "select exists (select * from products where variant_group_id is not null)"
        ).fetchone()
        firsts = _first_of_groups(read, k, 2 * k if has_groups else k, is_of_visit)
        return [found[product.product_id] for product in (firsts if taste.visit else firsts[:k])]

    def popular(
        self,
        k: int,
        filter_json: str | None = None,
        exclude: Sequence[str] = (),
        candidates: Sequence[str] | None = None,
    ) -> list[SnapshotProduct]:
        """Find k products: the recently popular ones, then the newest; one of each group."""
        self._ask(filter_json, exclude, candidates)
        return _first_of_groups(lambda wanted: self._products("popular", {"k": wanted}), k, k)[:k]

    def list_products(
        self, category: str | None, after: str | None, limit: int
    ) -> list[SnapshotProduct]:
        """Read a page of the catalogue, or of a category and all below it, by product id."""
        parameters = {"after": after, "row_count": limit}
        if category is None:
            return self._products("list_products", parameters)
        self._ask(_of_category(category))
        return self._products("list_category", parameters)

    def category_products(
        self, category: str, after: tuple[datetime, str] | None, limit: int
    ) -> list[SnapshotProduct]:
        """Read a page of a category and all below it, one of each group, newest first."""
        self._ask(_of_category(category))
        time, last_id = (after[0].astimezone(UTC).isoformat(), after[1]) if after else (None, None)
        parameters = {"after_time": time, "after_id": last_id, "row_count": limit}
        return self._products("category_products", parameters)

    def search(
        self, words: str, category: str | None, after: tuple[float, str] | None, limit: int
    ) -> list[tuple[SnapshotProduct, float]]:
        """Find products whose text holds every word, with how well each matches, best first."""
        # Quoted, a word means itself, whatever is in it.
        terms = " ".join(f'"{word.replace(chr(34), "")}"' for word in folded(words).split())
        if not terms:
            return []
        self._ask(_of_category(category))
        relevance, last_id = after or (None, None)
        parameters = {
            "words": terms,
            "after_rank": relevance,
            "after_id": last_id,
            "row_count": limit,
        }
        return [(product_of_row(row[1:]), row[0]) for row in self._rows("search", parameters)]

    def category_counts(self) -> list[tuple[list[str], int, str | None]]:
        """Count the cards that are filed under some paths each, with a picture of one."""
        rows = self._rows("category_counts", {})
        return [(msgspec.json.decode(row[0]), row[1], row[2]) for row in rows]

    def commonest_currency(self) -> str | None:
        """Return the currency of most products; None where most have none."""
        rows = self._rows("commonest_currency", {})
        return rows[0][0] if rows else None

    def has_category(self, category: str) -> bool:
        """Tell whether any product is of a category or below it."""
        self._ask(_of_category(category))
        return bool(self._rows("has_category", {})[0][0])

    def _ask(
        self,
        filter_json: str | None,
        exclude: Sequence[str] = (),
        candidates: Sequence[str] | None = None,
    ) -> None:
        """Say which products the next statement may give."""
        self._connection.execute(
            "update question set product_filter = ?, excluded = ?, candidates = ?",
            (filter_json, _json(exclude), None if candidates is None else _json(candidates)),
        )

    def _products(self, name: str, parameters: dict[str, Any]) -> list[SnapshotProduct]:
        return [product_of_row(row) for row in self._rows(name, parameters)]

    def _rows(self, name: str, parameters: dict[str, Any]) -> list[Any]:
        statement = query(f"alsolike/snapshot/sqlite/{name}")
        return self._connection.execute(statement, parameters).fetchall()


def _one_of_each_group(products: Iterable[SnapshotProduct]) -> list[SnapshotProduct]:
    """Return the products that are the first of their group; one without a group is its own."""
    first: dict[tuple[bool, str], SnapshotProduct] = {}
    for product in products:
        group = product.variant_group_id
        first.setdefault((group is None, product.product_id if group is None else group), product)
    return list(first.values())


def _first_of_groups(
    read: Callable[[int], list[SnapshotProduct]],
    k: int,
    wanted: int,
    is_of_visit: Callable[[SnapshotProduct], bool] = lambda _: False,
) -> list[SnapshotProduct]:
    """Read a list, at first so many wanted, until k or more are left with one of each group.

    Of a list with two sides as many are wanted, and left, of each.
    """
    while True:
        products = read(wanted)
        found = _one_of_each_group(products)
        # A side that gave all it was asked for may have more.
        is_left = Counter(map(is_of_visit, found))
        if all(
            is_left[side] >= k
            for side, count in Counter(map(is_of_visit, products)).items()
            if count >= wanted
        ):
            return found
        wanted *= 5


def prepare_questions(connection: sqlite3.Connection) -> None:
    """Give a connection to a snapshot's file what its lists are asked by: see `sqlite/sql`."""
    connection.create_function("has_attributes", 2, has_attributes)
    connection.create_function("as_real", 1, _as_real, deterministic=True)
    connection.execute("pragma temp_store = memory")
    for name in _TEMPORARY:
        connection.execute(query(f"alsolike/snapshot/sqlite/{name}"))
    connection.execute("insert into question (excluded) values ('[]')")


def _as_real(number: float) -> float:
    """Round to what Postgres keeps of it: then no order of a sum makes a difference."""
    return unpack("f", pack("f", number))[0]


def product_of_row(row: tuple[Any, ...]) -> SnapshotProduct:
    """Make a product of a row of the table `products`."""
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
        is_rebuyable=bool(row[14]),
        sale_price=None if row[15] is None else Decimal(row[15]),
        url=row[16] or "",
        variant_group_id=row[17],
        variants=row[20],
    )


def _of_category(category: str | None) -> str:
    """Return the filter of a catalogue page or a search: of a category, sold out or not."""
    return msgspec.json.encode({"category": category, "with_sold_out": True}).decode()


def _json(product_ids: Sequence[str]) -> str:
    return msgspec.json.encode(product_ids).decode()
