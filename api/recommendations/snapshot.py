"""The steps that read the local snapshot, by the rules of the statements as far as it can know.

It has one model, and answers by that one, whichever is asked for. Of shoppers it knows nothing:
what they bought or hid comes with the question, as far as this process knows it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import structs

from alsolike.snapshot.reader import (
    LocalSnapshot,
    ScoredSnapshotProduct,
    SnapshotProduct,
    WeightedAction,
)
from api.catalogue.service import known_product
from api.recommendations.questions import (
    ComplementsQuestion,
    DatedAction,
    RecommendQuestion,
    SimilarQuestion,
    TrendingQuestion,
    similar_question,
)
from api.recommendations.schemas import (
    Complement,
    ListedProduct,
    Reason,
    RecommendedProduct,
    SimilarProduct,
    SimilarReason,
    SimilarRequest,
    TrendingProduct,
)

# Actions at most so far apart belong to one visit.
_VISIT_GAP = timedelta(minutes=30)
_REASONS = {"purchase": "bought", "basket": "in_basket", "review": "reviewed", "view": "viewed"}


def recommend(local: LocalSnapshot, question: RecommendQuestion) -> list[RecommendedProduct]:
    """Find what the model scores by what the request tells of, then popular products."""
    actions = _latest_actions(local, question.actions)
    weights = _weights(local, actions, question.page.until)
    filter_json = question.filter.as_json()
    basket = (one.product_id for one in question.actions if one.kind == "basket")
    exclude = [*question.exclude, *question.left_out, *basket, *_acted_on(local, actions)]
    found = local.scored(
        [
            WeightedAction(action.kind, action.product_id, weight)
            for action, weight in zip(actions, weights, strict=True)
        ],
        question.k,
        filter_json,
        exclude,
        question.candidates,
    )
    if missing := question.k - len(found):
        left_out = [*exclude, *(one.product.product_id for one in found)]
        fill = local.popular(missing, filter_json, left_out, question.candidates)
        found += [ScoredSnapshotProduct(product, None, None) for product in fill]
    return [
        RecommendedProduct(
            rank=rank,
            score=one.score,
            source="popular" if one.action_place is None else "personal",
            model=local.pointer.model,
            **_columns(one.product),
            reason=_reason(None if one.action_place is None else actions[one.action_place])
            if question.reasons
            else None,
        )
        for rank, one in enumerate(found, start=1)
    ]


def similar(local: LocalSnapshot, question: SimilarQuestion) -> list[SimilarProduct]:
    """Find the neighbours of a product, then popular ones of its category, then any.

    Raises
    ------
    UnknownProductError
        There was none of that id when the snapshot was made.
    """
    own = known_product(local, question.product_id)
    near = local.neighbours(
        own.product_id,
        question.k,
        question.filter.as_json(),
        [*question.exclude, own.product_id],
        question.candidates,
    )
    found = [product for product, _ in near]
    scores = {product.product_id: score for product, score in near}
    own_filter = structs.replace(question.filter, category=question.filter.category or own.category)
    for product_filter in (own_filter, question.filter):
        if missing := question.k - len(found):
            left_out = [*question.exclude, own.product_id, *(p.product_id for p in found)]
            found += local.popular(missing, product_filter.as_json(), left_out, question.candidates)
    return [
        SimilarProduct(
            rank=rank,
            score=scores.get(product.product_id),
            source="neighbours" if product.product_id in scores else "popular",
            model=local.pointer.model,
            **_columns(product),
            reason=SimilarReason("alike" if product.product_id in scores else "popular", None)
            if question.reasons
            else None,
        )
        for rank, product in enumerate(found, start=1)
    ]


def similar_lists(local: LocalSnapshot, asked: SimilarRequest) -> dict[str, list[SimilarProduct]]:
    """Find the products most like each of several; unknown ones are left out."""
    known = [product.product_id for product in local.products(asked.product_ids)]
    return {one: similar(local, similar_question(one, asked)) for one in known}


def trending(local: LocalSnapshot, question: TrendingQuestion) -> list[TrendingProduct]:
    """Find what was popular when the snapshot was made; the numbers behind it are not there."""
    popular = local.popular(question.k, question.filter.as_json(), question.exclude)
    return [
        TrendingProduct(rank=rank, score=None, actions=None, **_columns(product))
        for rank, product in enumerate(popular, start=1)
    ]


def no_complements(local: LocalSnapshot, question: ComplementsQuestion) -> list[Complement]:
    """Give nothing: what goes with a product is not in the snapshot.

    Raises
    ------
    UnknownProductError
        There was none of that id when the snapshot was made.
    """
    known_product(local, question.product_id)
    return []


def _latest_actions(local: LocalSnapshot, actions: Sequence[DatedAction]) -> list[DatedAction]:
    """Return one action of each product, the latest first, as `recs.recent_actions` does.

    The strongest kind stands for the product, its latest action of any kind dates it.
    """
    # Clocks of callers may be ahead: what they tell of the future counts as of now.
    now = datetime.now(UTC)
    counted = [one for one in actions if _weight(local, one) > 0]
    counted.sort(key=lambda one: one.acted_at)
    latest = {one.product_id: min(one.acted_at, now) for one in counted}
    # Of the last strongest ones those are kept that are put in last.
    counted.sort(key=lambda one: _weight(local, one))
    strongest = {one.product_id: one for one in counted}
    dated = [
        structs.replace(strongest[product_id], acted_at=latest[product_id])
        for product_id in sorted(strongest)
    ]
    dated.sort(key=lambda one: one.acted_at, reverse=True)
    return dated[: local.serving.actions]


def _acted_on(local: LocalSnapshot, actions: Sequence[DatedAction]) -> list[str]:
    """Return what is left out because it was acted on, as `recs.left_out` does.

    What is bought again and again may come again, and so may what was viewed long ago.
    """
    comes_again = local.rebuyable([one.product_id for one in actions if one.kind == "purchase"])
    viewed_after = datetime.now(UTC) - timedelta(days=local.serving.viewed_days)
    return [
        one.product_id
        for one in actions
        if (one.kind != "purchase" or one.product_id not in comes_again)
        and (one.kind != "view" or one.acted_at > viewed_after)
    ]


def _weight(local: LocalSnapshot, action: DatedAction) -> float:
    """Return what the kind of an action counts; a basket counts as a purchase."""
    if action.kind == "review":
        return local.serving.review_weight
    return local.serving.view_weight if action.kind == "view" else local.serving.purchase_weight


def _weights(local: LocalSnapshot, actions: Sequence[DatedAction], now: datetime) -> list[float]:
    """Weigh actions of different products, the latest first, as `recs.recent_actions` does."""
    serving, later = local.serving, now
    weights: list[float] = []
    in_visit = 0
    for place, action in enumerate(actions):
        if in_visit == place and later - action.acted_at <= _VISIT_GAP:
            in_visit += 1
        later = action.acted_at
        weights.append(_weight(local, action) * serving.decay**place)
    in_past = len(actions) - in_visit
    if not (serving.visit and in_visit and in_past):
        return weights
    past = (1 - serving.visit * in_visit / (in_visit + 1)) * in_past / (in_past + 1)
    of_visit = (1 - past) * sum(weights) / sum(weights[:in_visit])
    of_past = past * sum(weights) / sum(weights[in_visit:])
    return [
        weight * (of_visit if place < in_visit else of_past) for place, weight in enumerate(weights)
    ]


def _reason(action: DatedAction | None) -> Reason:
    if action is None:
        return Reason("popular", None, None)
    return Reason(_REASONS[action.kind], None, action.product_id)


def _columns(product: SnapshotProduct) -> dict[str, Any]:
    """Return what every list tells of a product."""
    return structs.asdict(msgspec.convert(product, ListedProduct, from_attributes=True))
