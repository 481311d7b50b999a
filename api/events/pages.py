"""Hiding products from the pages: post, redirect, get; with HTMX, a partial."""

import secrets
from urllib.parse import urlencode

from litestar import Response, post
from litestar.params import FromPath

from api.catalogue.cards import ProductCard, product_card
from api.database.pool import Connection
from api.events import service as events
from api.events.schemas import NewEvent
from api.exchange import AnyRequest, public_path
from api.ladder.requests import ladder_of, write
from api.pages.addresses import came_from, product_url
from api.pages.rendering import is_fragment, put_flash, redirect, render_partial
from api.visitors.session import Visitor, load_visitor

_HIDDEN = "You will not see this product among your recommendations again."
_NOT_HIDDEN = "Turn personalisation on to hide products."


@post("/products/{product_id:str}/hide", status_code=200)
async def hide(request: AnyRequest, product_id: FromPath[str]) -> Response[bytes]:
    """Keep a product out of the shopper's recommendations; a stranger is asked to sign in."""
    form = await request.form()

    async def work(connection: Connection) -> tuple[Visitor, ProductCard, bool]:
        visitor = await load_visitor(connection, request)
        card = await product_card(connection, product_id)
        is_hidden = False
        if visitor.shopper_id is not None:
            event = NewEvent(
                event_id=f"web-{secrets.token_hex(16)}",
                kind="hide",
                product_id=product_id,
                shopper_id=visitor.shopper_id,
            )
            is_hidden = (await events.record(connection, event)).is_left_out
        return visitor, card, is_hidden

    visitor, card, is_hidden = await write(request, work)
    if visitor.shopper_id is None:
        return redirect(request, _sign_in_address(product_id))
    if is_hidden:
        ladder_of(request).shoppers.exclude(visitor.shopper_id, product_id)
    if is_hidden and is_fragment(request):
        return render_partial(request, "partials/hidden_item.html", product=card, flash=_HIDDEN)
    put_flash(request, _HIDDEN if is_hidden else _NOT_HIDDEN)
    return redirect(request, came_from(request, form.get("next")))


def _sign_in_address(product_id: str) -> str:
    return public_path(f"/sign-in?{urlencode({'next': product_url(product_id)})}")
