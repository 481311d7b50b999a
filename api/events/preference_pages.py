"""The forms of more like this and less like this: post, redirect, get; with HTMX, a partial."""

from typing import NamedTuple

from litestar import Response, post
from litestar.params import FromPath

from api.catalogue.cards import ProductCard, product_card
from api.database.pool import Connection
from api.events.preferences import (
    LESS,
    MORE,
    Direction,
    state_preference,
    take_back_preference,
)
from api.exchange import AnyRequest
from api.ladder.requests import ladder_of, write
from api.languages.translate import gettext as _
from api.pages.addresses import came_from
from api.pages.rendering import is_fragment, put_flash, redirect, render_partial
from api.visitors.session import Visitor, load_visitor


class _Stated(NamedTuple):
    visitor: Visitor
    card: ProductCard
    is_kept: bool


@post("/products/{product_id:str}/more", status_code=200)
async def want_more(request: AnyRequest, product_id: FromPath[str]) -> Response[bytes]:
    """Let a product count for what the visitor is recommended, until they take that back."""
    return await _state(request, product_id, MORE)


@post("/products/{product_id:str}/less", status_code=200)
async def want_less(request: AnyRequest, product_id: FromPath[str]) -> Response[bytes]:
    """Let a product, and what is like it, step back in what the visitor is recommended."""
    return await _state(request, product_id, LESS)


@post("/products/{product_id:str}/take-back", status_code=200)
async def take_back(request: AnyRequest, product_id: FromPath[str]) -> Response[bytes]:
    """Forget that the visitor wants more or less like a product."""
    form = await request.form()

    async def work(connection: Connection) -> Visitor:
        visitor = await load_visitor(connection, request)
        await product_card(connection, product_id)
        await take_back_preference(connection, visitor, product_id)
        return visitor

    visitor = await write(request, work)
    if visitor.shopper_id is not None:
        ladder_of(request).shoppers.forget(visitor.shopper_id)
    put_flash(request, _("Taken back. Your recommendations are as they were before."))
    return redirect(request, came_from(request, form.get("next")))


async def _state(request: AnyRequest, product_id: str, direction: Direction) -> Response[bytes]:
    form = await request.form()

    async def work(connection: Connection) -> _Stated:
        visitor = await load_visitor(connection, request)
        card = await product_card(connection, product_id)
        is_kept = visitor.is_personalised and await state_preference(
            connection, visitor, product_id, direction
        )
        return _Stated(visitor, card, is_kept)

    stated = await write(request, work)
    shopper_id = stated.visitor.shopper_id
    if stated.is_kept and shopper_id is not None:
        if direction == LESS:
            ladder_of(request).shoppers.exclude(shopper_id, product_id)
        else:
            ladder_of(request).shoppers.forget(shopper_id)
    message = _message(direction, is_kept=stated.is_kept)
    undo = f"{stated.card.url}/take-back" if stated.is_kept else None
    if is_fragment(request) and undo is not None:
        return render_partial(
            request,
            "partials/wish.html",
            product=stated.card,
            is_more=direction == MORE,
            flash=message,
            undo=undo,
        )
    put_flash(request, message, undo=undo)
    return redirect(request, came_from(request, form.get("next")))


def _message(direction: Direction, *, is_kept: bool) -> str:
    if not is_kept:
        return _("Personal recommendations are switched off, so this changes nothing.")
    if direction == MORE:
        return _("The next page shows more like this.")
    return _("The next page shows less like this.")
