"""Pictures drawn from what is known of a product."""

from api.pool import Connection
from api.services.catalogue import product


async def picture(connection: Connection, product_id: str) -> bytes:
    """Draw a product as SVG.

    Raises
    ------
    UnknownProductError
        There is none of that id.
    """
    # The demo's vocabulary is large, and a shop with photographs never needs it.
    from alsolike.demo.pictures import draw_picture  # noqa: PLC0415

    found = await product(connection, product_id)
    return draw_picture(
        found.product_id, found.category or "", found.title, found.attributes
    ).encode()
