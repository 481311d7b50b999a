"""Products and lists of them out of the local snapshot, as the JSON API tells them."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from msgspec import structs

from alsolike.local_snapshot.reader import LocalSnapshot, SnapshotProduct, Wanted
from api.catalogue.service import unknown_product
from api.catalogue.store import SimilarQuery
from api.filters import ProductFilter
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
# How a model serves unless it says otherwise, as recs.serving_options has it: so many of the latest
# products count, each this much of the next later one, times what its kind counts.
_ACTIONS = 20
_DECAY = 0.85
_WEIGHTS = {"purchase": 3.0, "basket": 3.0, "review": 2.0, "view": 1.0}
_REASONS = {"purchase": "bought", "basket": "in_basket", "review": "reviewed", "view": "viewed"}


def near(
    local: LocalSnapshot, product_id: str, k: int, wanted: Wanted
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
    found: list[tuple[SnapshotProduct, float | None]] = [*local.neighbours(product_id, wanted, k)]
    categories = [wanted.category] if wanted.category else [own.category, None]
    for category in categories:
        if len(found) < k:
            ids = [product_id, *(p.product_id for p, _ in found)]
            rest = structs.replace(wanted, category=category, exclude=[*wanted.exclude, *ids])
            found += [(p, None) for p in local.popular(rest, k - len(found))]
    return found


def taste_of(told: Sequence[Told]) -> list[Told]:
    """Return the latest action of each product, the latest first, as `recs.recent_actions` does.

    The strongest kind stands for the product, its latest action of any kind dates it.
    """
    strongest: dict[str, Told] = {}
    latest: dict[str, Told] = {}
    for one in told:
        known = strongest.get(one.product_id)
        if known is None or (_WEIGHTS[one.kind], one.acted_at) > (
            _WEIGHTS[known.kind],
            known.acted_at,
        ):
            strongest[one.product_id] = one
        if one.acted_at >= latest.get(one.product_id, one).acted_at:
            latest[one.product_id] = one
    dated = [one._replace(acted_at=latest[name].acted_at) for name, one in strongest.items()]
    dated.sort(key=lambda one: one.product_id)
    dated.sort(key=lambda one: one.acted_at, reverse=True)
    return dated[:_ACTIONS]


def for_taste(
    local: LocalSnapshot, taste: Sequence[Told], k: int, wanted: Wanted
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
    rest = structs.replace(wanted, exclude=[*wanted.exclude, *seen])
    products: dict[str, SnapshotProduct] = {}
    scores: dict[str, float] = {}
    because: dict[str, tuple[float, Told]] = {}
    for place, acted in enumerate(taste):
        weight = _WEIGHTS[acted.kind] * _DECAY**place
        for found, likeness in local.neighbours(acted.product_id, rest, _OF_EACH):
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
    rest = structs.replace(rest, exclude=[*rest.exclude, *ranked])
    popular = local.popular(rest, missing)
    return list(chain(personal, ((found, None, None) for found in popular)))


def wanted_of(
    product_filter: ProductFilter, exclude: Sequence[str], candidates: list[str] | None
) -> Wanted:
    """Say to the local file what a request rules out."""
    return Wanted(
        exclude=exclude,
        category=product_filter.category,
        brands=product_filter.brands,
        price_min=product_filter.price_min,
        price_max=product_filter.price_max,
        attributes=product_filter.attributes or {},
        is_in_stock=None if product_filter.with_sold_out else True,
        candidates=candidates,
    )


def similar(local: LocalSnapshot, product_id: str, asked: SimilarQuery) -> list[SimilarProduct]:
    """Find the products most like a product.

    Raises
    ------
    UnknownProductError
        There was none of that id when the snapshot was made.
    """
    wanted = wanted_of(asked.filter, asked.exclude, asked.candidates)
    return [
        SimilarProduct(
            rank=rank,
            product_id=found.product_id,
            score=score,
            source="popular" if score is None else "neighbours",
            model=local.pointer.model,
            **_card(found),
            reason=SimilarReason("popular" if score is None else "alike", None)
            if asked.has_reasons
            else None,
        )
        for rank, (found, score) in enumerate(near(local, product_id, asked.k, wanted), start=1)
    ]


def trending(local: LocalSnapshot, k: int, wanted: Wanted) -> list[TrendingProduct]:
    """Find what was popular when the snapshot was made; the numbers behind it are not there."""
    return [
        TrendingProduct(
            rank=rank,
            product_id=found.product_id,
            score=None,
            actions=None,
            **_card(found),
        )
        for rank, found in enumerate(local.popular(wanted, k), start=1)
    ]


def recommended(
    local: LocalSnapshot, told: Sequence[Told], k: int, wanted: Wanted
) -> list[RecommendedProduct]:
    """Find products for whoever did what the request tells of."""
    found = for_taste(local, taste_of(told), k, wanted)
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
