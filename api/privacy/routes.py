"""Erasing a shopper, and webhooks that a shop system signs: send a person's data, forget them."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated

import msgspec
from litestar import Response, Router, delete, post
from litestar.exceptions import NotAuthorizedException
from litestar.params import FromPath
from msgspec import UNSET, Meta

from alsolike.settings import Settings
from api.exchange import AnyRequest
from api.http.ids import path_id
from api.http.json_values import decode_json
from api.http.keys import SIGNED
from api.http.parameters import check_names
from api.ladder.requests import ladder_of, write
from api.privacy.schemas import Erasure
from api.privacy.service import (
    ERASURE_SECONDS,
    Answer,
    Webhook,
    erase,
    forget,
    is_signed,
    shopper_ids,
    tell,
)
from api.problems.errors import InvalidFieldError

_TOPIC, _SIGNATURE = "X-Shopify-Topic", "X-Shopify-Hmac-Sha256"
_TIME = "X-Shopify-Triggered-At"
_Time = Annotated[datetime, Meta(tz=True)]
_TELL, _FORGET, _FORGET_SHOP = "customers/data_request", "customers/redact", "shop/redact"


@delete(
    "/{shopper_id:str}", summary="Erase a shopper", operation_id="eraseShopper", status_code=200
)
async def erase_shopper(request: AnyRequest, shopper_id: FromPath[str]) -> Erasure:
    """Delete every row of a shopper, known or not, and keep them out from now on.

    Loads and events leave out their rows until `PUT` makes a new shopper of the id. The receipt
    says what was deleted and what waits for the worker or the next training. Erasing again deletes
    what came since.
    """
    check_names(request, frozenset())
    ids = [path_id(shopper_id, "shopper_id")]
    work = partial(erase, ids=ids, source="api")
    (receipt,) = await write(request, work, limit=ERASURE_SECONDS)
    ladder_of(request).shoppers.forget(ids[0])
    return receipt


def webhooks_routers(settings: Settings) -> Sequence[Router]:
    """Return the routes of `/v1/webhooks`; none without a secret to check signatures with."""
    if not settings.webhook_secret:
        return []

    @post("/shopify", status_code=200, include_in_schema=False, opt={SIGNED: True})
    async def shopify(request: AnyRequest) -> Response[Answer]:
        """Answer a webhook about a person's data, in Shopify's convention."""
        body = await request.body()
        if not is_signed(settings.webhook_secret, body, request.headers.get(_SIGNATURE)):
            message = f"{_SIGNATURE} is not the signature of this body by the shared secret."
            raise NotAuthorizedException(message)
        topic = request.headers.get(_TOPIC, "")
        if topic == _FORGET_SHOP:
            # Whoever runs the database decides that: see docs/privacy.md.
            return Response(Answer(), status_code=202)
        if topic not in {_TELL, _FORGET}:
            message = f"Expected {_TELL}, {_FORGET} or {_FORGET_SHOP}."
            raise InvalidFieldError(_TOPIC, message)
        try:
            webhook = msgspec.convert(decode_json(body, "body"), Webhook)
        except msgspec.ValidationError as error:
            raise InvalidFieldError("customer", str(error)) from error
        ids = shopper_ids(webhook.customer, settings.shopper_key)
        if not ids:
            message = "Expected an object with the id or the email of a person."
            raise InvalidFieldError("customer", message)
        _check_topic(topic, webhook)
        sent_at = _sent_at(request)
        work = tell if topic == _TELL else partial(forget, sent_at=sent_at)
        answer = await write(request, partial(work, ids=ids), limit=ERASURE_SECONDS)
        for shopper_id in ids:
            ladder_of(request).shoppers.forget(shopper_id)
        return Response(answer)

    return [Router("/v1/webhooks", route_handlers=[shopify])]


def _check_topic(topic: str, webhook: Webhook) -> None:
    """Refuse a topic that the body, which alone is signed, is not of."""
    is_of_topic = (
        webhook.orders_to_redact is not UNSET
        if topic == _FORGET
        else webhook.data_request is not UNSET or webhook.orders_requested is not UNSET
    )
    if not is_of_topic:
        wanted = "orders_to_redact" if topic == _FORGET else "data_request or orders_requested"
        raise InvalidFieldError(_TOPIC, f"Is not that of the body: {topic} has {wanted}.")


def _sent_at(request: AnyRequest) -> datetime | None:
    """Return when the event of a webhook happened; None if it is not told."""
    given = request.headers.get(_TIME)
    try:
        return None if given is None else msgspec.convert(given, _Time)
    except msgspec.ValidationError as error:
        raise InvalidFieldError(_TIME, str(error)) from error
