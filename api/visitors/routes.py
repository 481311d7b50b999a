"""What a shopper consents to."""

from functools import partial

from litestar import Router, delete, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody

from api.exchange import AnyRequest
from api.http.ids import path_id
from api.http.keys import needs
from api.http.methods import telling_methods
from api.http.parameters import check_body, check_names
from api.ladder.requests import ladder_of, write
from api.visitors import service
from api.visitors.schemas import Consent, Shopper


@put(
    "/{shopper_id:str}",
    summary="State what a shopper consents to",
    operation_id="recordConsent",
)
async def record_consent(
    request: AnyRequest, shopper_id: FromPath[str], data: JSONBody[Consent]
) -> Shopper:
    """Record the shopper's decision about personalisation; a new shopper becomes known by it.

    It holds from the next request on, and no import overrides it. Saying the same again changes
    nothing. An erased shopper becomes a new one by it: loads and events count again. Their name may
    be told as well.
    """
    check_names(request, frozenset())
    await check_body(request, Consent)
    shopper_id = path_id(shopper_id, "shopper_id")
    name = data.display_name and data.display_name.strip()
    return await _record(
        request,
        shopper_id,
        is_granted=data.personalisation,
        readmits=True,
        display_name=name or None,
    )


@delete(
    "/{shopper_id:str}/consent",
    summary="Withdraw a shopper's consent",
    operation_id="withdrawConsent",
    status_code=200,
)
async def withdraw_consent(request: AnyRequest, shopper_id: FromPath[str]) -> Shopper:
    """Record that the shopper does not consent to personalisation, or not any more.

    Their events are not looked at from the next request on, and no further views are kept. What is
    there already stays until it is erased.
    """
    check_names(request, frozenset())
    shopper_id = path_id(shopper_id, "shopper_id")
    return await _record(request, shopper_id, is_granted=False, readmits=False)


async def _record(
    request: AnyRequest,
    shopper_id: str,
    *,
    is_granted: bool,
    readmits: bool,
    display_name: str | None = None,
) -> Shopper:
    recorded = await write(
        request,
        partial(
            service.record_consent,
            shopper_id=shopper_id,
            is_granted=is_granted,
            readmits=readmits,
            display_name=display_name,
        ),
        who=shopper_id,
    )
    ladder_of(request).shoppers.forget(shopper_id)
    return recorded


def shoppers_router(*others: HTTPRouteHandler) -> Router:
    """Return the routes that change `/v1/shoppers`, with others that do."""
    return Router(
        "/v1/shoppers",
        route_handlers=[
            telling_methods("/{shopper_id:str}"),
            record_consent,
            withdraw_consent,
            *others,
        ],
        tags=["Shoppers"],
        opt=needs("privacy"),
    )
