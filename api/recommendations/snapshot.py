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
    Taste,
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
# Of the places of a list, the least that a long visit has, and the least that a long past has.
_VISIT_PLACES = 0.5
_PAST_PLACES = 0.42
_REASONS = {"purchase": "bought", "basket": "in_basket", "review": "reviewed", "view": "viewed"}


def recommend(local: LocalSnapshot, question: RecommendQuestion) -> list[RecommendedProduct]:
    """Find what the model scores by what the request tells of, then popular products."""
    actions = _latest_actions(local, question.actions, question.page.until)
    taste = _taste(local, actions, question.page.until)
    filter_json = question.filter.as_json()
    basket = (one.product_id for one in question.actions if one.kind == "basket")
    exclude = [
        *question.exclude,
        *question.left_out,
        *basket,
        *_acted_on(local, question.actions),
    ]
    side_pool = local.serving.pool // 2
    depth = max(question.k, side_pool) if taste.visit else question.k
    found = local.scored(taste, depth, filter_json, exclude, question.candidates)
    if taste.visit:
        found = _placed(found, taste, side_pool)[: question.k]
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


def _latest_actions(
    local: LocalSnapshot, actions: Sequence[DatedAction], until: datetime
) -> list[DatedAction]:
    """Return one action of each product, the latest first, as `recs.recent_actions` does.

    The strongest kind stands for the product, of equally strong ones a purchase; its latest action
    of any kind dates it. A long visit leaves half of the places to what came before it.
    """
    # Clocks of callers may be ahead: what they tell of the future counts as of now.
    now = datetime.now(UTC)
    counted = [
        structs.replace(one, acted_at=min(one.acted_at, now))
        for one in actions
        if _weight(local, one) > 0
    ]
    counted.sort(key=lambda one: one.acted_at)
    latest = {one.product_id: one.acted_at for one in counted}
    # What is put in last is kept: of equals at one moment the first kind by its name.
    counted.sort(key=lambda one: one.kind, reverse=True)
    counted.sort(key=lambda one: (_weight(local, one), one.kind == "purchase", one.acted_at))
    strongest = {one.product_id: one for one in counted}
    dated = [
        structs.replace(strongest[product_id], acted_at=latest[product_id])
        for product_id in sorted(strongest)
    ]
    dated.sort(key=lambda one: one.acted_at, reverse=True)
    most = local.serving.actions
    if local.serving.visit:
        visit = _visit_length(dated, until)
        past = len(dated) - visit
        dated = [*dated[: min(visit, max((most + 1) // 2, most - past))], *dated[visit:]]
    return dated[:most]


def _acted_on(local: LocalSnapshot, told: Sequence[DatedAction]) -> list[str]:
    """Return what is left out because it was acted on, as `recs.left_out` does.

    What is bought again and again may come again, and so may what was viewed long ago.
    """
    bought = {one.product_id for one in told if one.kind == "purchase"}
    viewed_after = datetime.now(UTC) - timedelta(days=local.serving.viewed_days)
    return [
        *(bought - local.rebuyable([*bought])),
        *(
            one.product_id
            for one in told
            if one.product_id not in bought and (one.kind != "view" or one.acted_at > viewed_after)
        ),
    ]


def _weight(local: LocalSnapshot, action: DatedAction) -> float:
    """Return what the kind of an action counts; a basket counts as a purchase."""
    if action.kind == "review":
        return local.serving.review_weight
    return local.serving.view_weight if action.kind == "view" else local.serving.purchase_weight


def _taste(local: LocalSnapshot, actions: Sequence[DatedAction], now: datetime) -> Taste:
    """Weigh actions of different products, the latest first, as `recs.recent_actions` does."""
    serving = local.serving
    weights = [_weight(local, one) * serving.decay**place for place, one in enumerate(actions)]
    visit = _visit_length(actions, now)
    past = len(actions) - visit
    if not (serving.visit and visit and past):
        return Taste(_weighted(actions, weights))
    past_share = (1 - serving.visit * visit / (visit + 1)) * (past / (past + 1))
    of_visit = (1 - past_share) * sum(weights) / sum(weights[:visit])
    of_past = past_share * sum(weights) / sum(weights[visit:])
    weighted = _weighted(
        actions,
        [weight * (of_visit if n < visit else of_past) for n, weight in enumerate(weights)],
    )
    return Taste(weighted, visit, past_share) if local.pointer.is_trained else Taste(weighted)


def _weighted(actions: Sequence[DatedAction], weights: Sequence[float]) -> list[WeightedAction]:
    return [
        WeightedAction(action.kind, action.product_id, weight)
        for action, weight in zip(actions, weights, strict=True)
    ]


def _visit_length(actions: Sequence[DatedAction], now: datetime) -> int:
    """Count the actions of the current visit, as `recs.visit_length` does."""
    later = now
    for length, action in enumerate(actions):
        if later - action.acted_at > _VISIT_GAP:
            return length
        later = action.acted_at
    return len(actions)


def _placed(
    found: Sequence[ScoredSnapshotProduct], taste: Taste, side_pool: int
) -> list[ScoredSnapshotProduct]:
    """Share the places of a list between its two sides, as `recs.recommend_with_reasons` does.

    What lies behind the first `side_pool` of its side follows in its own order.
    """
    past = len(taste.actions) - taste.visit
    past_places = past / (past + 1)
    others_least = _PAST_PLACES * past_places
    others_most = (1 - _VISIT_PLACES * taste.visit / (taste.visit + 1)) * past_places
    # Of what came before, and of the visit: places in the list that was found.
    sides: tuple[list[int], list[int]] = ([], [])
    for place, one in enumerate(found):
        sides[one.action_place is not None and one.action_place < taste.visit].append(place)
    placed: list[int] = []
    taken = [0, 0]
    while left := [side for side in (0, 1) if taken[side] < min(len(sides[side]), side_pool)]:
        count = max(len(placed) + 1, 10)
        caps = (round(others_most * count), round((1 - others_least) * count))
        within = [side for side in left if taken[side] < caps[side]]
        side = min(within or left, key=lambda side: sides[side][taken[side]])
        placed.append(sides[side][taken[side]])
        taken[side] += 1
    behind = sorted(sides[0][side_pool:] + sides[1][side_pool:])
    return [found[place] for place in [*placed, *behind]]


def _reason(action: DatedAction | None) -> Reason:
    if action is None:
        return Reason("popular", None, None)
    return Reason(_REASONS[action.kind], None, action.product_id)


def _columns(product: SnapshotProduct) -> dict[str, Any]:
    """Return what every list tells of a product."""
    return structs.asdict(msgspec.convert(product, ListedProduct, from_attributes=True))
