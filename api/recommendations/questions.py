"""What can be asked: one struct per question, which every step of the ladder takes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from msgspec import Struct, structs

from api.filters import ProductFilter
from api.paging.continuation import Continuation, decode_continuation
from api.paging.keyset import ListKey, list_key
from api.problems.errors import InvalidFieldError
from api.recommendations.schemas import (
    Action,
    Diversity,
    RecommendationRequest,
    SimilarRequest,
)

# How far the clocks of callers may be ahead of ours.
_TOLERANCE = timedelta(minutes=5)
_MOMENT = timedelta(milliseconds=1)


class ListQuestion(Struct, frozen=True, kw_only=True):
    """What every list is asked with; a field is named as the statement's parameter is.

    Attributes
    ----------
    k : int
        Rows wanted.
    exclude : sequence of str
        Ids of products to leave out, those of earlier pages included.
    """

    k: int
    exclude: Sequence[str] = ()
    filter: ProductFilter = ProductFilter()

    def parameters(self) -> dict[str, Any]:
        """Return the values of a statement's parameters."""
        return {
            **structs.asdict(self),
            "exclude": list(self.exclude),
            "filter": self.filter.as_json(),
        }


class SimilarQuestion(ListQuestion, frozen=True, kw_only=True):
    """Asks which products are like a product."""

    product_id: str
    candidates: list[str] | None = None
    model: str | None = None
    reasons: bool = False


class ComplementsQuestion(ListQuestion, frozen=True, kw_only=True):
    """Asks which products go with a product."""

    product_id: str


class TrendingQuestion(ListQuestion, frozen=True, kw_only=True):
    """Asks which products are popular these days."""

    page: Continuation


def trending_list(product_filter: ProductFilter) -> ListKey:
    """Return what stands for a list of popular products in the tokens of its pages."""
    return list_key("trending", product_filter)


class PastQuestion(ListQuestion, frozen=True, kw_only=True):
    """Asks what a shopper, or a session, looked at last, or a shopper may buy again."""

    shopper_id: str | None = None
    session_id: str | None = None


class DatedAction(Struct, frozen=True):
    """An action that the request tells of; what lies in the basket is of kind `basket`."""

    kind: Literal["view", "purchase", "review", "basket"]
    product_id: str
    acted_at: datetime


class RecommendQuestion(ListQuestion, frozen=True, kw_only=True):
    """Asks what somebody may also like.

    Attributes
    ----------
    actions : sequence of DatedAction
        The history and the basket that the request tells of.
    model : str or None
        Which is to answer: the request's, else that of the first page; None: the serving one.
    is_model_required : bool
        Whether the request itself names the model.
    page : Continuation
        Where the list goes on.
    left_out : frozenset of str
        What this process knows that the shopper bought or hid, for the step that cannot ask.
    """

    shopper_id: str | None = None
    session_id: str | None = None
    actions: Sequence[DatedAction] = ()
    candidates: list[str] | None = None
    diversity: Diversity | None = None
    reasons: bool = True
    model: str | None = None
    is_model_required: bool = False
    page: Continuation
    left_out: frozenset[str] = frozenset()

    @property
    def who(self) -> str | None:
        """Who asks."""
        return self.shopper_id or self.session_id

    def parameters(self) -> dict[str, Any]:
        """Return the values of a statement's parameters."""
        return {
            **super().parameters(),
            "history": msgspec.json.encode(self.actions).decode() if self.actions else None,
            # Page 1 has no upper time bound, so an event recorded this instant still counts.
            "until": None if self.page.is_first else self.page.until,
        }


def recommend_question(
    asked: RecommendationRequest, left_out: frozenset[str] = frozenset()
) -> RecommendQuestion:
    """Ask what somebody may also like: read the page's token, and date the actions.

    Raises
    ------
    InvalidFieldError
        `after` is no token of ours, or an action lies in the future.
    """
    product_filter = asked.filter or ProductFilter()
    of = list_key("recommendations", product_filter, asked.candidates)
    page = decode_continuation(asked.after, of)
    return RecommendQuestion(
        k=asked.k,
        shopper_id=asked.shopper_id,
        session_id=asked.session_id,
        actions=_dated(asked.history, asked.basket, page.until),
        candidates=asked.candidates,
        exclude=[*asked.exclude, *page.shown],
        filter=product_filter,
        diversity=asked.diversity,
        reasons=asked.reasons,
        model=asked.model or page.model,
        is_model_required=asked.model is not None,
        page=page,
        left_out=left_out,
    )


def similar_question(product_id: str, asked: SimilarRequest) -> SimilarQuestion:
    """Ask which products are like one of those that a request names."""
    return SimilarQuestion(
        product_id=product_id,
        k=asked.k,
        candidates=asked.candidates,
        exclude=asked.exclude,
        filter=asked.filter or ProductFilter(),
        reasons=asked.reasons,
        model=asked.model,
    )


def _dated(history: Sequence[Action], basket: Sequence[str], now: datetime) -> list[DatedAction]:
    """Give each action a time, in the order of the request.

    One without a time happened just now, whatever times others have: the last thing in the basket
    1 ms before `now`, what stands before it 1 ms earlier for each place, and the history before
    the basket.
    """
    count = len(history) + len(basket)
    for place, action in enumerate(history):
        if action.occurred_at is not None and action.occurred_at > now + _TOLERANCE:
            field = f"history[{place}].occurred_at"
            raise InvalidFieldError(field, "Lies in the future.")
    return [
        *(
            DatedAction(a.kind, a.product_id, a.occurred_at or now - _MOMENT * (count - place))
            for place, a in enumerate(history)
        ),
        *(
            DatedAction("basket", product_id, now - _MOMENT * (count - place))
            for place, product_id in enumerate(basket, start=len(history))
        ),
    ]
