"""The blocks of the pages out of the local snapshot: the same objects as of the database.

What goes with a product is not there, nor who looks.
"""

from collections.abc import Sequence

from alsolike.snapshot.reader import LocalSnapshot
from api.catalogue.cards import snapshot_card
from api.filters import ProductFilter
from api.pages.addresses import product_url
from api.recommendations.blocks import BLOCK_SIZE, next_url
from api.recommendations.shown import Block, Reason, Recommendation
from api.recommendations.snapshot_answers import near


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
            product=snapshot_card(product),
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
            product=snapshot_card(product),
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
