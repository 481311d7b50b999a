"""What a shopper consents to."""

from collections.abc import Mapping
from functools import partial

from litestar import Router, delete, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody

from alsolike.purposes import PURPOSES, Purpose
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
    """Record the shopper's decisions about both purposes; a new shopper becomes known by it.

    It holds from the next request on, and no import overrides it. Saying the same again changes
    nothing. An erased shopper becomes a new one by it: loads and events count again. Their name may
    be told as well.
    """
    check_names(request, frozenset())
    await check_body(request, Consent)
    shopper_id = path_id(shopper_id, "shopper_id")
    name = data.display_name and data.display_name.strip()
    decisions: dict[Purpose, bool] = {"personalisation": data.personalisation}
    if data.measurement is not None:
        decisions["measurement"] = data.measurement
    return await _record(
        request,
        shopper_id,
        decisions,
        readmits=True,
        display_name=name or None,
    )


@delete(
    "/{shopper_id:str}/consent",
    summary="Withdraw a shopper's consent",
    operation_id="withdrawConsent",
    status_code=200,
)
async def withdraw_consent(
    request: AnyRequest, shopper_id: FromPath[str], purpose: FromQuery[Purpose | None] = None
) -> Shopper:
    """Record that the shopper does not consent, or not any more: to one purpose, or to both.

    Without personalisation their events are not looked at from the next request on, and no further
    views are kept; without measurement no further clicks, and none counts. What is there already
    stays until it is erased.
    """
    check_names(request, frozenset({"purpose"}))
    shopper_id = path_id(shopper_id, "shopper_id")
    purposes = PURPOSES if purpose is None else (purpose,)
    return await _record(request, shopper_id, dict.fromkeys(purposes, False), readmits=False)


async def _record(
    request: AnyRequest,
    shopper_id: str,
    decisions: Mapping[Purpose, bool],
    *,
    readmits: bool,
    display_name: str | None = None,
) -> Shopper:
    recorded = await write(
        request,
        partial(
            service.record_consent,
            shopper_id=shopper_id,
            decisions=decisions,
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
