"""What the pages show out of the local snapshot: the same objects as of the database.

Reviews are not there: they are personal data. Nor is what goes with a product, or who looks.
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from msgspec import structs

from alsolike.snapshot.reader import LocalSnapshot, SnapshotProduct
from api.catalogue.cards import card
from api.catalogue.categories import CategoryTree
from api.catalogue.product_pages import PAGE_SIZE, labelled
from api.catalogue.service import unknown_product
from api.catalogue.shown import Category, ProductCard, ProductDetail
from api.catalogue.store import CardRow
from api.filters import ProductFilter
from api.pages.addresses import product_url
from api.paging.keyset import decode_cursor, encode_cursor
from api.recommendations.blocks import BLOCK_SIZE, next_url
from api.recommendations.shown import Block, Reason, Recommendation
from api.recommendations.snapshot_answers import find, near
from api.search.service import CardPage


def popular_block(
    local: LocalSnapshot, excluded: Sequence[str], shown: Sequence[str] = (), size: int = BLOCK_SIZE
) -> Block:
    """Make the block of what is popular.

    Parameters
    ----------
    excluded : sequence of str
        What is known that this visitor bought or hid.
    shown : sequence of str
        Products that earlier pages of the block showed.
    """
    found = local.popular(size, exclude=[*excluded, *shown])
    items = [
        Recommendation(
            rank=rank,
            product=_card(product),
            score=None,
            source="popular",
            reason=Reason(kind="popular", text="Popular right now"),
        )
        for rank, product in enumerate(found, start=len(shown) + 1)
    ]
    return Block(
        "Popular right now",
        "What shoppers look at and buy these days",
        items,
        next_url("/", shown, items, size),
        is_personal=False,
    )


def similar_block(
    local: LocalSnapshot, product_id: str, shown: Sequence[str] = (), size: int = BLOCK_SIZE
) -> Block:
    """Make the block of products like a product.

    Raises
    ------
    UnknownProductError
        There was none of that id when the snapshot was made.
    """
    found = near(local, product_id, size, ProductFilter(), exclude=shown)
    items = [
        Recommendation(
            rank=rank,
            product=_card(product),
            score=score,
            source="popular" if score is None else "neighbours",
        )
        for rank, (product, score) in enumerate(found, start=len(shown) + 1)
    ]
    return Block(
        "Similar products",
        "Close in name, details and who liked them",
        items,
        next_url(product_url(product_id), shown, items, size),
        is_personal=False,
    )


def no_complements() -> Block:
    """Make the block of what goes with a product: nothing is known here."""
    return Block("Goes with it", "", [], None, is_personal=False)


def product_detail(local: LocalSnapshot, tree: CategoryTree, product_id: str) -> ProductDetail:
    """Read what a product's page tells about it.

    Raises
    ------
    UnknownProductError
        There was none of that id when the snapshot was made.
    """
    found = local.product(product_id)
    if found is None:
        raise unknown_product(product_id)
    return ProductDetail(
        **structs.asdict(_card(found)),
        description=found.description,
        attributes=labelled(found.attributes),
        breadcrumbs=tree.breadcrumbs(found.category),
        created_at=found.created_at,
    )


def category_page(
    local: LocalSnapshot, category: Category, after: str | None
) -> tuple[list[ProductCard], str | None]:
    """Read a page of a category's products, and the address of the next one."""
    position = decode_cursor(after, tuple[datetime, str])
    found = local.category_products(category.path, position, PAGE_SIZE + 1)
    following = None
    if len(found) > PAGE_SIZE:
        last = found[PAGE_SIZE - 1]
        cursor = encode_cursor((last.created_at, last.product_id))
        following = f"{category.url}?{urlencode({'after': cursor})}"
    return [_card(product) for product in found[:PAGE_SIZE]], following


def search_page(local: LocalSnapshot, q: str, after: str | None) -> CardPage:
    """Read a page of the products that hold every word, and the address of the next one."""
    found, end = find(local, q, None, after, PAGE_SIZE)
    following = None if end is None else f"/search?{urlencode({'q': q, 'after': end})}"
    return CardPage([_card(product) for product in found], following, "text", [])


def _card(product: SnapshotProduct) -> ProductCard:
    return card(
        CardRow(
            product_id=product.product_id,
            title=product.title,
            brand=product.brand,
            category=product.category,
            price=product.price,
            currency=product.currency,
            image_url=product.image_url,
            is_in_stock=product.is_in_stock,
            rating_average=product.rating_average,
            review_count=product.review_count,
        )
    )
