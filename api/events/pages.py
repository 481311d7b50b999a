"""Hiding products from the pages: post, redirect, get; with HTMX, a partial."""

import secrets

from litestar import Response, post, route
from litestar.params import FromPath
from litestar.response import Template

from api.catalogue.cards import ProductCard, cards, cards_by_id, product_card
from api.database.failures import DatabaseAwayError
from api.database.pool import Connection
from api.events import service as events
from api.events.preferences import LESS, MORE, preferences
from api.events.schemas import NewEvent
from api.exchange import AnyRequest
from api.ladder.ladder import Steps
from api.ladder.requests import answer, ladder_of, write
from api.languages.translate import marked, translated
from api.pages.addresses import came_from
from api.pages.rendering import (
    READ,
    is_fragment,
    put_flash,
    redirect,
    render_page,
    render_partial,
)
from api.visitors.session import Visitor, find_visitor, hide_here, load_visitor

_HIDDEN = marked("You will not see this product among your recommendations again.")
_SHOWN = marked("It may be shown to you again.")

_CARD_STEPS = Steps(cards, cards)


@post("/products/{product_id:str}/hide", status_code=200)
async def hide(request: AnyRequest, product_id: FromPath[str]) -> Response[bytes]:
    """Keep a product out of what the visitor is shown, until they take that back."""
    form = await request.form()
    card = await _set_hidden(request, product_id, is_hidden=True)
    undo = f"{card.url}/unhide"
    if is_fragment(request):
        return render_partial(
            request, "partials/hidden_item.html", product=card, flash=translated(_HIDDEN), undo=undo
        )
    put_flash(request, translated(_HIDDEN), undo=undo)
    return redirect(request, came_from(request, form.get("next")))


@post("/products/{product_id:str}/unhide", status_code=200)
async def unhide(request: AnyRequest, product_id: FromPath[str]) -> Response[bytes]:
    """Let a product be shown again that the visitor hid."""
    form = await request.form()
    await _set_hidden(request, product_id, is_hidden=False)
    put_flash(request, translated(_SHOWN))
    return redirect(request, came_from(request, form.get("next")))


@route("/hidden", http_method=READ)
async def hidden_page(request: AnyRequest) -> Template:
    """Show what the visitor hid, each with the way to take that back."""
    visitor = await find_visitor(request)
    if visitor.shopper_id is not None and visitor.pieces is None:
        raise DatabaseAwayError
    product_ids = [*dict.fromkeys([*reversed(visitor.hidden_here), *visitor.hidden])]
    found = await answer(request, _CARD_STEPS, product_ids) if product_ids else []
    wishes: dict[int, list[ProductCard]] = {MORE: [], LESS: []}
    if visitor.shopper_id is not None or visitor.session_id is not None:
        wishes = await answer(request, _WISH_STEPS, visitor)
    return render_page(
        request,
        "pages/hidden.html",
        products=found,
        more_like=wishes[MORE],
        less_like=wishes[LESS],
    )


async def _wishes(connection: Connection, visitor: Visitor) -> dict[int, list[ProductCard]]:
    """Read what somebody wants more and less like, as cards, the latest first."""
    found = await preferences(connection, visitor)
    by_id = await cards_by_id(connection, [one.product_id for one in found])
    return {
        direction: [
            by_id[one.product_id]
            for one in found
            if one.direction == direction and one.product_id in by_id
        ]
        for direction in (MORE, LESS)
    }


_WISH_STEPS = Steps(_wishes, _wishes)


async def _set_hidden(request: AnyRequest, product_id: str, *, is_hidden: bool) -> ProductCard:
    """Keep the wish with a shopper who agreed, and in the session of anybody else."""

    async def work(connection: Connection) -> tuple[Visitor, ProductCard, bool]:
        visitor = await load_visitor(connection, request)
        card = await product_card(connection, product_id)
        is_known = False
        if visitor.shopper_id is not None and (visitor.is_personalised or not is_hidden):
            event = NewEvent(
                event_id=f"web-{secrets.token_hex(16)}",
                kind="hide" if is_hidden else "unhide",
                product_id=product_id,
                shopper_id=visitor.shopper_id,
            )
            is_known = (await events.record(connection, event)).is_left_out
        return visitor, card, is_known

    visitor, card, is_known = await write(request, work)
    if is_known:
        ladder_of(request).shoppers.exclude(visitor.shopper_id, product_id)
    elif visitor.shopper_id is not None and not is_hidden:
        ladder_of(request).shoppers.forget(visitor.shopper_id)
    if not is_known:
        await hide_here(request, product_id, is_hidden=is_hidden)
    return card
