"""What the page of a product shows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import asdict

from alsolike.snapshot.reader import LocalSnapshot, SnapshotProduct
from api.catalogue.cards import ProductCard, card
from api.catalogue.categories import Category, CategoryTree
from api.catalogue.service import known_product, unknown_product
from api.database.pool import Connection
from api.languages.formats import long_date
from api.languages.translate import gettext as _
from api.pages.addresses import product_url
from api.paging.keyset import decode_cursor, encode_cursor
from api.product_page import store

_REVIEWS_SIZE = 5


class ProductDetail(ProductCard, kw_only=True, frozen=True):
    """A product on its own page.

    Attributes
    ----------
    attributes : list of tuple
        Label and value.
    """

    description: str | None
    attributes: list[tuple[str, str]]
    breadcrumbs: list[Category]


class Review(Struct):
    """A review, without a trace of who wrote it."""

    rating: int
    title: str | None
    body: str | None
    date_text: str
    author_label: str


# Reviews, and the address of the next ones.
ReviewPage = tuple[list[Review], str | None]


async def product_detail(
    connection: Connection, tree: CategoryTree, product_id: str
) -> ProductDetail:
    """Read what a product's page tells about it.

    Raises
    ------
    UnknownProductError
        There is none of that id.
    """
    found = await store.product_detail(connection, product_id)
    if found is None:
        raise unknown_product(product_id)
    return _detail(found, tree)


def snapshot_detail(local: LocalSnapshot, tree: CategoryTree, product_id: str) -> ProductDetail:
    """Read what a product's page tells about it.

    Raises
    ------
    UnknownProductError
        There was none of that id when the snapshot was made.
    """
    return _detail(known_product(local, product_id), tree)


def _detail(found: store.DetailRow | SnapshotProduct, tree: CategoryTree) -> ProductDetail:
    return ProductDetail(
        **asdict(card(found)),
        description=found.description,
        attributes=_attributes_in_words(found.attributes),
        breadcrumbs=tree.breadcrumbs(found.category),
    )


async def is_bought(connection: Connection, shopper_id: str | None, product_id: str) -> bool:
    """Tell whether a shopper bought a product before; False without a shopper."""
    return shopper_id is not None and await store.has_bought(connection, shopper_id, product_id)


async def variant_groups(connection: Connection, product_ids: Sequence[str]) -> dict[str, str]:
    """Find the groups of variants that some products are of; without those that are of none."""
    return dict(await store.variant_groups(connection, product_ids))


async def reviews(connection: Connection, product_id: str, after: str | None) -> ReviewPage:
    """Read a page of a product's reviews, and the address of the next one."""
    position = decode_cursor(after, tuple[datetime, str], "reviews_after")
    rows = await store.product_reviews(connection, product_id, position, _REVIEWS_SIZE + 1)
    next_url = None
    if len(rows) > _REVIEWS_SIZE:
        rows = rows[:_REVIEWS_SIZE]
        cursor = encode_cursor((rows[-1].reviewed_at, rows[-1].review_id))
        next_url = f"{product_url(product_id)}?{urlencode({'reviews_after': cursor})}"
    return [
        Review(
            rating=row.rating,
            title=row.title,
            body=row.body,
            date_text=long_date(row.reviewed_at),
            author_label=_("Verified shopper") if row.is_verified else _("Shopper"),
        )
        for row in rows
    ], next_url


def _attributes_in_words(attributes: Mapping[str, object]) -> list[tuple[str, str]]:
    """Write attributes for people: `water_resistant: true` becomes Water resistant, yes."""
    return [
        (name.replace("_", " ").capitalize(), _in_words(value))
        for name, value in attributes.items()
        if value is not None and value != ""
    ]


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_in_words(part) for part in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_in_words(part)}" for key, part in value.items())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return str(value)
