"""Lists for somebody whose browser says no for them, with Global Privacy Control."""

from collections.abc import Sequence
from functools import partial

from msgspec import structs

from api.exchange import AnyRequest, has_signal
from api.ladder.ladder import Steps
from api.ladder.requests import answer, ladder_of
from api.recommendations.schemas import RecommendationRequest
from api.visitors.store import ShopperRow, shopper

# Without the database nobody is known to have agreed.
_SHOPPER_STEPS = Steps(partial(shopper, by="shop"), snapshot=lambda _local, _shopper_id: None)


async def as_nobody(request: AnyRequest, asked: RecommendationRequest) -> RecommendationRequest:
    """Return what may be asked: with the signal nothing that somebody did is looked at.

    What they hid or have in their basket is left out all the same.
    """
    left_out = await _objection(request, asked.shopper_id)
    if left_out is None:
        return asked
    return structs.replace(
        asked,
        shopper_id=None,
        session_id=None,
        history=[],
        basket=[],
        exclude=[*asked.exclude, *asked.basket, *left_out],
    )


async def is_objected(request: AnyRequest, shopper_id: str | None) -> bool:
    """Tell whether a list may not go by what somebody did; without an id, by what a session did."""
    return await _objection(request, shopper_id) is not None


async def _objection(request: AnyRequest, shopper_id: str | None) -> Sequence[str] | None:
    """Return what to leave out where the signal holds; None where it does not.

    A yes to personalisation that the shopper gave on this site in spite of the signal outranks it.
    """
    if not has_signal():
        return None
    if shopper_id is None:
        return ()
    row: ShopperRow | None = await answer(request, _SHOPPER_STEPS, shopper_id, who=shopper_id)
    if row is None:
        return sorted(ladder_of(request).shoppers.find(shopper_id).excluded)
    return None if "personalisation" in row.confirmed else [*row.product_ids, *row.hidden]
