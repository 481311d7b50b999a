"""The reads of the JSON API with all their steps: what is given where the first one fails.

What the request, the shopper or the stock
rules out is left out on every step, as far as it can be known there: on the last one that is the
request's own exclusions, what was out of stock when the snapshot was made, and what this process
last knew of the shopper.
"""

from collections.abc import Sequence
from functools import partial

from alsolike.local_snapshot.reader import LocalSnapshot, Wanted
from api.cursors import decode_cursor
from api.ladder.ladder import Ladder, Steps, Work
from api.ladder.tiers import Tier
from api.pool import Connection
from api.services import catalogue
from api.services import snapshot_answers as local_answers
from api.services.catalogue import (
    next_address,
    unknown_category,
    unknown_product,
    unknown_shopper,
)
from api.store import fallbacks as store
from api.structs import (
    Complements,
    Product,
    ProductPage,
    RecommendedProducts,
    SimilarProducts,
)


def similar_steps(
    ladder: Ladder,
    *,
    product_id: str,
    k: int,
    exclude: Sequence[str],
    category: str | None,
    model: str | None,
) -> Steps[SimilarProducts]:
    """Return the ways to find the products most like a product."""

    def below(tier: Tier, name: store.SimilarStatement) -> Work[SimilarProducts]:
        async def work(connection: Connection) -> SimilarProducts:
            limit_ms = ladder.lower_limit_ms
            items = await store.similar_products(
                connection,
                name,
                limit_ms,
                product_id=product_id,
                k=k,
                exclude=exclude,
                category=category,
                model=model,
            )
            if items is None:
                raise unknown_product(product_id)
            return SimilarProducts(product_id, items, tier)

        return work

    def snapshot(local: LocalSnapshot) -> SimilarProducts:
        wanted = Wanted(exclude=exclude, category=category)
        items = local_answers.similar(local, product_id, k, wanted)
        _check_category(local, category, is_empty=not items)
        return SimilarProducts(product_id, items, "snapshot")

    return Steps(
        partial(
            catalogue.similar_products,
            product_id=product_id,
            k=k,
            exclude=list(exclude),
            category=category,
            model=model,
        ),
        below("neighbours", "ladder/similar_neighbours"),
        below("popular", "ladder/similar_popular"),
        snapshot,
    )


def recommended_steps(
    ladder: Ladder,
    *,
    shopper_id: str,
    k: int,
    offset: int,
    exclude: Sequence[str],
    category: str | None,
    model: str | None,
) -> Steps[RecommendedProducts]:
    """Return the ways to find what a shopper may also like.

    The local file knows no shopper: there an unknown one gets popular products too.
    """

    def below(tier: Tier, name: store.RecommendedStatement) -> Work[RecommendedProducts]:
        async def work(connection: Connection) -> RecommendedProducts:
            limit_ms = ladder.lower_limit_ms
            items = await store.recommended_products(
                connection,
                name,
                limit_ms,
                shopper_id=shopper_id,
                k=k,
                offset=offset,
                exclude=exclude,
                category=category,
                model=model,
            )
            if items is None:
                raise unknown_shopper(shopper_id)
            return RecommendedProducts(shopper_id, items, tier)

        return work

    def snapshot(local: LocalSnapshot) -> RecommendedProducts:
        known = ladder.shoppers.find(shopper_id)
        wanted = Wanted(exclude=[*exclude, *known.excluded], category=category)
        items = local_answers.recommended(local, (), k, offset, wanted)
        _check_category(local, category, is_empty=not items)
        return RecommendedProducts(shopper_id, items, "snapshot")

    return Steps(
        partial(
            catalogue.recommended_products,
            shopper_id=shopper_id,
            k=k,
            offset=offset,
            exclude=list(exclude),
            category=category,
            model=model,
        ),
        below("neighbours", "ladder/recommended_neighbours"),
        below("popular", "ladder/recommended_popular"),
        snapshot,
    )


def complements_steps(*, product_id: str, k: int, exclude: Sequence[str]) -> Steps[Complements]:
    """Return the ways to find what goes with a product; of a snapshot nothing is known to."""

    def snapshot(local: LocalSnapshot) -> Complements:
        local_answers.product(local, product_id)
        return Complements(product_id, [], "snapshot")

    live = partial(catalogue.complements, product_id=product_id, k=k, exclude=list(exclude))
    return Steps(live, snapshot=snapshot)


def product_steps(*, product_id: str) -> Steps[Product]:
    """Return the ways to read a product."""
    live = partial(catalogue.product, product_id=product_id)
    return Steps(live, snapshot=lambda local: local_answers.product(local, product_id))


def product_page_steps(
    *, category: str | None, q: str | None, after: str | None, limit: int
) -> Steps[ProductPage]:
    """Return the ways to read a page of the catalogue, or of a search."""

    def snapshot(local: LocalSnapshot) -> ProductPage:
        if q is None:
            position = decode_cursor(after, tuple[str])
            found = local.list_products(category, position and position[0], limit + 1)
            end = (found[limit - 1].product_id,) if len(found) > limit else None
        else:
            matches = local.search(q, category, decode_cursor(after, tuple[float, str]), limit + 1)
            found = [product for product, _ in matches]
            last = matches[limit - 1] if len(matches) > limit else None
            end = None if last is None else (last[1], last[0].product_id)
        _check_category(local, category, is_empty=not found)
        items = [local_answers.as_product(product) for product in found[:limit]]
        return ProductPage(items, None if end is None else next_address(category, q, end, limit))

    live = partial(catalogue.product_page, category=category, q=q, after=after, limit=limit)
    return Steps(live, snapshot=snapshot)


def _check_category(local: LocalSnapshot, category: str | None, *, is_empty: bool) -> None:
    if is_empty and category is not None and not local.has_category(category):
        raise unknown_category(category)
