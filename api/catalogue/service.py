"""Products for the JSON API, from the database or the local snapshot."""

import msgspec
from msgspec import Struct

from alsolike.errors import UnknownProductError
from alsolike.snapshot.reader import LocalSnapshot, SnapshotProduct
from api.catalogue import store
from api.catalogue.schemas import Product, ProductPage
from api.database.pool import Connection
from api.exchange import public_path
from api.http.links import list_address
from api.paging.keyset import ListKey, decode_cursor, encode_cursor, list_key
from api.problems.errors import InvalidFieldError


class CatalogueQuestion(Struct, frozen=True):
    """Which page of the catalogue is wanted, or of a category and all below it.

    Attributes
    ----------
    after : str or None
        Cursor of the page before.
    """

    category: str | None
    after: str | None
    limit: int


async def product(connection: Connection, product_id: str) -> Product:
    """Read one product.

    Raises
    ------
    UnknownProductError
        There is none of that id.
    """
    found = await store.products_by_id(connection, [product_id])
    if not found:
        raise unknown_product(product_id)
    return found[0]


async def product_page(connection: Connection, question: CatalogueQuestion) -> ProductPage:
    """Read a page of the catalogue by product id.

    Raises
    ------
    InvalidFieldError
        No product is of that category or below it.
    """
    position = decode_cursor(question.after, tuple[str], _list_of(question))
    items = await store.list_products(
        connection, question.category, position and position[0], question.limit + 1
    )
    if not items:
        await check_category(connection, question.category)
    return _page_of(question, items)


def snapshot_product(local: LocalSnapshot, product_id: str) -> Product:
    """Read one product.

    Raises
    ------
    UnknownProductError
        There was none of that id when the snapshot was made.
    """
    return as_product(known_product(local, product_id))


def known_product(local: LocalSnapshot, product_id: str) -> SnapshotProduct:
    """Read one product of the snapshot; `UnknownProductError` where it has none of that id."""
    found = local.product(product_id)
    if found is None:
        raise unknown_product(product_id)
    return found


def as_product(found: SnapshotProduct) -> Product:
    """Make the API's product of one of the snapshot."""
    return msgspec.convert(found, Product, from_attributes=True)


def snapshot_page(local: LocalSnapshot, question: CatalogueQuestion) -> ProductPage:
    """Read a page of the catalogue by product id.

    Raises
    ------
    InvalidFieldError
        There was no such category when the snapshot was made.
    """
    position = decode_cursor(question.after, tuple[str], _list_of(question))
    found = local.list_products(question.category, position and position[0], question.limit + 1)
    check_snapshot_category(local, question.category, is_empty=not found)
    return _page_of(question, [as_product(one) for one in found])


def check_snapshot_category(local: LocalSnapshot, category: str | None, *, is_empty: bool) -> None:
    """Refuse a mistyped category; one without matching products passes.

    Raises
    ------
    InvalidFieldError
        No product was of that category or below it when the snapshot was made.
    """
    if is_empty and category is not None and not local.has_category(category):
        raise unknown_category(category)


def _list_of(question: CatalogueQuestion) -> ListKey:
    return list_key("products", question.category)


def _page_of(question: CatalogueQuestion, items: list[Product]) -> ProductPage:
    """Make the page of a list that was read one row beyond it."""
    limit = question.limit
    end = None
    if len(items) > limit:
        end = encode_cursor((items[limit - 1].product_id,), _list_of(question))
    return ProductPage(
        items[:limit],
        list_address(public_path("/v1/products"), end, category=question.category, limit=limit),
    )


def unknown_product(product_id: str) -> UnknownProductError:
    """Make the error for an unknown product."""
    return UnknownProductError(f"There is no product {product_id!r}.")


async def check_category(connection: Connection, category: str | None) -> None:
    """Refuse a mistyped category; one without matching products passes.

    Raises
    ------
    InvalidFieldError
        No product is of that category or below it.
    """
    if category is not None and not await store.has_category(connection, category):
        raise unknown_category(category)


def unknown_category(category: str) -> InvalidFieldError:
    """Make the error for an unknown category."""
    message = f"There is no category {category!r}: give a path such as 'A > B'."
    return InvalidFieldError("category", message)
