"""Products and lists of them out of the local snapshot, as the JSON API tells them."""

from collections.abc import Sequence
from itertools import chain
from typing import Any, Literal

from msgspec import structs

from alsolike.snapshot.reader import LocalSnapshot, SnapshotProduct
from api.catalogue.answers import Product
from api.catalogue.service import unknown_product
from api.catalogue.store import SimilarQuery
from api.filters import ProductFilter
from api.paging.keyset import decode_cursor, encode_cursor
from api.problems.errors import InvalidFieldError
from api.recommendations.answers import (
    Reason,
    RecommendedProduct,
    SimilarProduct,
    SimilarReason,
    TrendingProduct,
)
from api.recommendations.service import Told

# Neighbours of each product of a history that are looked at.
_OF_EACH = 30
_REASONS = {"purchase": "bought", "basket": "in_basket", "review": "reviewed", "view": "viewed"}


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
    """Tell a product as the API does."""
    return Product(
        product_id=found.product_id,
        title=found.title,
        description=found.description,
        category=found.category,
        brand=found.brand,
        price=_number(found),
        currency=found.currency,
        image_url=found.image_url,
        attributes=found.attributes,
        is_in_stock=found.is_in_stock,
        created_at=found.created_at,
    )


def find(
    local: LocalSnapshot, q: str, category: str | None, after: str | None, limit: int
) -> tuple[list[SnapshotProduct], str | None]:
    """Read a page of the products that hold every word of a search, and the next one's cursor.

    Raises
    ------
    InvalidFieldError
        The page before came from the database, which ranks in another way.
    """
    try:
        position = decode_cursor(after, tuple[Literal["snapshot"], float, str])
    except InvalidFieldError as error:
        message = "The ranking changed since the page before: search anew."
        raise InvalidFieldError("after", message) from error
    matches = local.search(q, category, position and position[1:], limit + 1)
    found = [product for product, _ in matches[:limit]]
    if len(matches) <= limit:
        return found, None
    last, relevance = matches[limit - 1]
    return found, encode_cursor(("snapshot", relevance, last.product_id))


def near(
    local: LocalSnapshot,
    product_id: str,
    k: int,
    product_filter: ProductFilter,
    exclude: Sequence[str] = (),
    candidates: Sequence[str] | None = None,
) -> list[tuple[SnapshotProduct, float | None]]:
    """Find k products to show with a product: neighbours, popular ones of its category, any.

    Raises
    ------
    UnknownProductError
        There was none of that id when the snapshot was made.
    """
    own = local.product(product_id)
    if own is None:
        raise unknown_product(product_id)
    found: list[tuple[SnapshotProduct, float | None]] = [
        *local.neighbours(product_id, k, product_filter.as_json(), exclude, candidates)
    ]
    categories = [product_filter.category] if product_filter.category else [own.category, None]
    for category in categories:
        if len(found) < k:
            ids = [*exclude, product_id, *(p.product_id for p, _ in found)]
            rest = structs.replace(product_filter, category=category).as_json()
            found += [(p, None) for p in local.popular(k - len(found), rest, ids, candidates)]
    return found


def _weights(local: LocalSnapshot) -> dict[str, float]:
    """Return what an action of each kind counts."""
    return {**local.serving.kind_weights, "basket": local.serving.purchase_weight}


def taste_of(local: LocalSnapshot, told: Sequence[Told]) -> list[Told]:
    """Return the latest action of each product, the latest first, as `recs.recent_actions` does.

    The strongest kind stands for the product, its latest action of any kind dates it.
    """
    weights = _weights(local)
    strongest: dict[str, Told] = {}
    latest: dict[str, Told] = {}
    for one in told:
        known = strongest.get(one.product_id)
        if known is None or (weights[one.kind], one.acted_at) > (
            weights[known.kind],
            known.acted_at,
        ):
            strongest[one.product_id] = one
        if one.acted_at >= latest.get(one.product_id, one).acted_at:
            latest[one.product_id] = one
    dated = [one._replace(acted_at=latest[name].acted_at) for name, one in strongest.items()]
    dated.sort(key=lambda one: one.product_id)
    dated.sort(key=lambda one: one.acted_at, reverse=True)
    return dated[: local.serving.actions]


def for_taste(
    local: LocalSnapshot,
    taste: Sequence[Told],
    k: int,
    product_filter: ProductFilter,
    exclude: Sequence[str] = (),
    candidates: Sequence[str] | None = None,
) -> list[tuple[SnapshotProduct, float | None, Told | None]]:
    """Find k products for whoever acted on some, the latest first; popular ones without any.

    What they acted on is left out, unless they bought it and it is bought again and again.

    Returns
    -------
    list of tuple
        The product, its score, and the action that counts most for it; both None for a product that
        only fills up.
    """
    bought = [one.product_id for one in taste if one.kind == "purchase"]
    comes_again = local.rebuyable(bought)
    seen = [
        one.product_id
        for one in taste
        if one.kind != "purchase" or one.product_id not in comes_again
    ]
    filter_json = product_filter.as_json()
    left_out = [*exclude, *seen]
    weights = _weights(local)
    products: dict[str, SnapshotProduct] = {}
    scores: dict[str, float] = {}
    because: dict[str, tuple[float, Told]] = {}
    for place, acted in enumerate(taste):
        weight = weights[acted.kind] * local.serving.decay**place
        near_it = local.neighbours(acted.product_id, _OF_EACH, filter_json, left_out, candidates)
        for found, likeness in near_it:
            share = likeness * weight
            products[found.product_id] = found
            scores[found.product_id] = scores.get(found.product_id, 0.0) + share
            if found.product_id not in because or share > because[found.product_id][0]:
                because[found.product_id] = (share, acted)
    ranked = sorted(scores, key=lambda product_id: (-scores[product_id], product_id))
    personal = [(products[i], scores[i], because[i][1]) for i in ranked[:k]]
    missing = k - len(personal)
    if not missing:
        return [*personal]
    popular = local.popular(missing, filter_json, [*left_out, *ranked], candidates)
    return list(chain(personal, ((found, None, None) for found in popular)))


def similar(local: LocalSnapshot, product_id: str, asked: SimilarQuery) -> list[SimilarProduct]:
    """Find the products most like a product.

    Raises
    ------
    UnknownProductError
        There was none of that id when the snapshot was made.
    """
    found = near(local, product_id, asked.k, asked.filter, asked.exclude, asked.candidates)
    return [
        SimilarProduct(
            rank=rank,
            product_id=product.product_id,
            score=score,
            source="popular" if score is None else "neighbours",
            model=local.pointer.model,
            **_card(product),
            reason=SimilarReason("popular" if score is None else "alike", None)
            if asked.has_reasons
            else None,
        )
        for rank, (product, score) in enumerate(found, start=1)
    ]


def trending(
    local: LocalSnapshot, k: int, product_filter: ProductFilter, exclude: Sequence[str]
) -> list[TrendingProduct]:
    """Find what was popular when the snapshot was made; the numbers behind it are not there."""
    return [
        TrendingProduct(
            rank=rank,
            product_id=found.product_id,
            score=None,
            actions=None,
            **_card(found),
        )
        for rank, found in enumerate(local.popular(k, product_filter.as_json(), exclude), start=1)
    ]


def recommended(
    local: LocalSnapshot,
    told: Sequence[Told],
    k: int,
    product_filter: ProductFilter,
    exclude: Sequence[str],
    candidates: Sequence[str] | None,
) -> list[RecommendedProduct]:
    """Find products for whoever did what the request tells of."""
    found = for_taste(local, taste_of(local, told), k, product_filter, exclude, candidates)
    return [
        RecommendedProduct(
            rank=rank,
            product_id=product.product_id,
            score=score,
            source="popular" if score is None else "personal",
            model=local.pointer.model,
            **_card(product),
            reason=Reason("popular", None, None)
            if acted is None
            else Reason(_REASONS[acted.kind], None, acted.product_id),
        )
        for rank, (product, score, acted) in enumerate(found, start=1)
    ]


def _card(found: SnapshotProduct) -> dict[str, Any]:
    """Return what every list tells of a product."""
    return {
        "title": found.title,
        "brand": found.brand,
        "category": found.category,
        "price": _number(found),
        "currency": found.currency,
        "image_url": found.image_url,
    }


def _number(found: SnapshotProduct) -> float | None:
    return None if found.price is None else float(found.price)
