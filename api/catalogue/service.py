"""Products for the JSON API."""

from urllib.parse import urlencode

from alsolike.errors import UnknownProductError
from api.catalogue import store
from api.catalogue.answers import Product, ProductPage
from api.database.pool import Connection
from api.paging.keyset import decode_cursor, encode_cursor
from api.problems.errors import InvalidFieldError


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


async def product_page(
    connection: Connection, category: str | None, after: str | None, limit: int
) -> ProductPage:
    """Read a page of the catalogue by product id."""
    position = decode_cursor(after, tuple[str])
    items = await store.list_products(connection, category, position and position[0], limit + 1)
    end = encode_cursor((items[limit - 1].product_id,)) if len(items) > limit else None
    items = items[:limit]
    if not items:
        await check_category(connection, category)
    return ProductPage(items, None if end is None else next_address(category, None, end, limit))


def unknown_product(product_id: str) -> UnknownProductError:
    """Say which product there is not."""
    return UnknownProductError(f"There is no product {product_id!r}.")


async def check_category(connection: Connection, category: str | None) -> None:
    """Tell a mistyped category from one that has nothing to give.

    Raises
    ------
    InvalidFieldError
        No product is of that category or below it.
    """
    if category is not None and not await store.has_category(connection, category):
        raise unknown_category(category)


def unknown_category(category: str) -> InvalidFieldError:
    """Say which category there is not."""
    message = f"There is no category {category!r}: give a path such as 'A > B'."
    return InvalidFieldError("category", message)


def next_address(category: str | None, q: str | None, end: str, limit: int) -> str:
    """Return the address of the next page of the catalogue, or of a search, by its cursor."""
    given = {"category": category, "q": q, "after": end, "limit": limit}
    return "/v1/products?" + urlencode({k: v for k, v in given.items() if v is not None})
