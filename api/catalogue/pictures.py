"""Pictures drawn from what is known of a product."""

from api.catalogue.answers import Product


def picture(product: Product) -> bytes:
    """Draw a product as SVG."""
    # The demo's vocabulary is large, and a shop with photographs never needs it.
    from alsolike.demo.pictures import draw_picture  # noqa: PLC0415

    return draw_picture(
        product.product_id, product.category or "", product.title, product.attributes
    ).encode()
