"""Products out of the local snapshot, as the JSON API gives them."""

from alsolike.snapshot.reader import LocalSnapshot, SnapshotProduct
from api.catalogue.schemas import Product, ProductPage
from api.catalogue.service import CatalogueQuestion, page_of, unknown_category, unknown_product
from api.paging.keyset import decode_cursor


def product(local: LocalSnapshot, product_id: str) -> Product:
    """Read one product.

    Raises
    ------
    UnknownProductError
        There was none of that id when the snapshot was made.
    """
    found = local.product(product_id)
    if found is None:
        raise unknown_product(product_id)
    return as_product(found)


def as_product(found: SnapshotProduct) -> Product:
    """Make the API's product of one of the snapshot."""
    return Product(
        product_id=found.product_id,
        title=found.title,
        description=found.description,
        category=found.category,
        brand=found.brand,
        price=None if found.price is None else float(found.price),
        currency=found.currency,
        image_url=found.image_url,
        attributes=found.attributes,
        is_in_stock=found.is_in_stock,
        created_at=found.created_at,
    )


def product_page(local: LocalSnapshot, question: CatalogueQuestion) -> ProductPage:
    """Read a page of the catalogue by product id.

    Raises
    ------
    InvalidFieldError
        There was no such category when the snapshot was made.
    """
    position = decode_cursor(question.after, tuple[str])
    found = local.list_products(question.category, position and position[0], question.limit + 1)
    check_category(local, question.category, is_empty=not found)
    items = [as_product(product) for product in found]
    return page_of(question, items)


def check_category(local: LocalSnapshot, category: str | None, *, is_empty: bool) -> None:
    """Refuse a mistyped category; one without matching products passes.

    Raises
    ------
    InvalidFieldError
        No product was of that category or below it when the snapshot was made.
    """
    if is_empty and category is not None and not local.has_category(category):
        raise unknown_category(category)
