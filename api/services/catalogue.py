"""Products for the JSON API."""

from urllib.parse import urlencode

from alsolike.errors import UnknownProductError, UnknownShopperError
from api.cursors import decode_cursor, encode_cursor
from api.pool import Connection
from api.problems import InvalidFieldError
from api.store import products as store
from api.store import shoppers as shopper_store
from api.structs import (
    Complements,
    Product,
    ProductPage,
    RecommendedProducts,
    SimilarProducts,
)


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
    connection: Connection, category: str | None, q: str | None, after: str | None, limit: int
) -> ProductPage:
    """Read a page of the catalogue: by product id, or by match where `q` is given."""
    if q is None:
        position = decode_cursor(after, tuple[str])
        items = await store.list_products(connection, category, position and position[0], limit + 1)
        end = (items[limit - 1].product_id,) if len(items) > limit else None
        items = items[:limit]
    else:
        matches = await store.search_products(
            connection, q, category, decode_cursor(after, tuple[float, str]), limit + 1
        )
        end = (matches[limit - 1][1], matches[limit - 1][0]) if len(matches) > limit else None
        items = await store.products_by_id(connection, [match[0] for match in matches[:limit]])
    if not items:
        await _check_category(connection, category)
    return ProductPage(items, None if end is None else next_address(category, q, end, limit))


async def similar_products(
    connection: Connection,
    product_id: str,
    k: int,
    exclude: list[str],
    category: str | None,
    model: str | None,
) -> SimilarProducts:
    """Find the products most like a product."""
    items = await store.similar_products(connection, product_id, k, exclude, category, model)
    if not items:
        await _check_category(connection, category)
    return SimilarProducts(product_id, items)


async def complements(
    connection: Connection, product_id: str, k: int, exclude: list[str]
) -> Complements:
    """Find what goes with a product."""
    return Complements(product_id, await store.complements(connection, product_id, k, exclude))


async def recommended_products(
    connection: Connection,
    shopper_id: str,
    k: int,
    offset: int,
    exclude: list[str],
    category: str | None,
    model: str | None,
) -> RecommendedProducts:
    """Find what a shopper may also like."""
    items = await shopper_store.recommended_products(
        connection, shopper_id, k, offset, exclude, category, model
    )
    if items is None:
        raise unknown_shopper(shopper_id)
    if not items:
        await _check_category(connection, category)
    return RecommendedProducts(shopper_id, items)


def unknown_product(product_id: str) -> UnknownProductError:
    """Say which product there is not."""
    return UnknownProductError(f"There is no product {product_id!r}.")


def unknown_shopper(shopper_id: str) -> UnknownShopperError:
    """Say which shopper there is not."""
    return UnknownShopperError(f"There is no shopper {shopper_id!r}.")


async def _check_category(connection: Connection, category: str | None) -> None:
    """Tell a mistyped category from one that has nothing to give."""
    if category is not None and not await store.has_category(connection, category):
        raise unknown_category(category)


def unknown_category(category: str) -> InvalidFieldError:
    """Say which category there is not."""
    message = f"There is no category {category!r}: give a path such as 'A > B'."
    return InvalidFieldError("category", message)


def next_address(
    category: str | None, q: str | None, end: tuple[str] | tuple[float, str], limit: int
) -> str:
    """Return the address of the next page of the catalogue, or of a search."""
    given = {"category": category, "q": q, "after": encode_cursor(end), "limit": limit}
    return "/v1/products?" + urlencode({k: v for k, v in given.items() if v is not None})
