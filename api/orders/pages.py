"""The pages of the basket, the checkout and the orders: post, redirect, get."""

import re
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from litestar import Response, post, route
from litestar.datastructures import FormMultiDict
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template

from api.basket import store as baskets
from api.basket.store import MOST_LINES, MOST_PIECES, Added
from api.catalogue.cards import ProductCard, cards_by_id, product_card
from api.catalogue.service import unknown_product
from api.database.failures import DatabaseAwayError
from api.database.pool import Connection
from api.events import service as events
from api.events.schemas import NewEvent
from api.exchange import AnyRequest, public_path
from api.ladder.ladder import Steps
from api.ladder.requests import answer, ladder_of, write
from api.languages.translate import gettext as _
from api.languages.translate import marked, ngettext, translated
from api.orders import service, store
from api.pages.addresses import came_from, id_of_path, order_url, sign_in_url
from api.pages.rendering import (
    READ,
    is_fragment,
    put_flash,
    redirect,
    render_page,
    render_partial,
    take_flash,
)
from api.paging.more import one_page_more
from api.problems.errors import InvalidFieldError
from api.recommendations import blocks
from api.visitors.session import (
    Visitor,
    find_visitor,
    hold_basket,
    keep_basket,
    load_visitor,
    visitor_of,
)

_ADDED = marked("It is in your basket.")
_SOLD_OUT = marked("This product is out of stock.")
_NOT_IN = marked("It is no longer in your basket.")
_CHANGED = marked("Your basket has changed since you saw it. Have a look, and order again.")
_PLACED = marked(
    "Thank you: your order is placed. Your recommendations already take it into account."
)
_PLACED_BEFORE = marked(
    "This order was placed before. What is in your basket now is not part of it."
)
GONE = marked("There is no such order.")
_LONGEST_ID = 200
QUANTITY = re.compile(r"[0-9]{1,8}")


class _BasketPage(NamedTuple):
    basket: service.Basket
    complements: blocks.Block


class _Problem(NamedTuple):
    """What was typed for a product's quantity, and what is wrong with it."""

    product_id: str
    typed: str
    message: str


@route("/basket", http_method=READ)
async def basket_page(request: AnyRequest) -> Template:
    """Show what lies in the basket, and what goes with it."""
    return await _basket_page(request)


@post("/basket", status_code=200)
async def add_to_basket(request: AnyRequest) -> Response[bytes]:
    """Put a piece of a product into the basket; back to the page, or its part with HTMX."""
    form = await request.form()
    product_id = id_of_field(form, "product_id")

    async def work(connection: Connection) -> tuple[str, ProductCard, Added]:
        visitor = await load_visitor(connection, request)
        await hold_basket(request, connection)
        basket_id = visitor.basket_id or baskets.new_basket_id()
        added = await baskets.add(
            connection, basket_id, product_id, quantity=1, shopper_id=visitor.shopper_id
        )
        if not added.has_product:
            raise unknown_product(product_id)
        if added.is_put and visitor.is_personalised:
            await events.record(connection, _basket_event(visitor, product_id))
        return basket_id, await product_card(connection, product_id), added

    basket_id, card, added = await write(request, work)
    if added.is_put:
        await keep_basket(request, basket_id)
    message = _outcome(added)
    if is_fragment(request):
        await _look_again(request)
        return render_partial(
            request, "partials/buy.html", product=card, is_bought=False, flash=message
        )
    put_flash(request, message)
    return redirect(request, came_from(request, form.get("next") or card.url))


@post("/basket/quantity", status_code=200)
async def set_quantity(request: AnyRequest) -> Response[bytes]:
    """Change how many pieces of a product lie in the basket; 0 takes it out."""
    form = await request.form()
    product_id = id_of_field(form, "product_id")
    typed = str(form.get("quantity", "")).strip()
    quantity = int(typed) if QUANTITY.fullmatch(typed) else None
    if quantity is None or quantity > MOST_PIECES:
        message = _("Enter a whole number from 0 to %(most)s.", most=MOST_PIECES)
        return await _basket_page(request, _Problem(product_id, typed[:20], message))

    async def work(connection: Connection) -> bool:
        visitor = await load_visitor(connection, request)
        if visitor.basket_id is None:
            return False
        return await baskets.set_quantity(connection, visitor.basket_id, product_id, quantity)

    if not await write(request, work):
        put_flash(request, translated(_NOT_IN))
        return redirect(request, public_path("/basket"))
    put_flash(
        request,
        _("Your basket is up to date.") if quantity else _("It is removed from your basket."),
    )
    return redirect(request, public_path("/basket"))


@route("/checkout", http_method=READ)
async def checkout_page(request: AnyRequest) -> Template | Response[Any]:
    """Show what is about to be ordered; a stranger signs in first."""
    visitor = await find_visitor(request)
    if visitor.shopper_id is None:
        return redirect(request, sign_in_url(public_path("/checkout")))
    basket = await answer(request, _BASKET_STEPS, visitor)
    if not basket.can_be_ordered:
        return redirect(request, public_path("/basket"))
    return render_page(
        request,
        "pages/checkout.html",
        basket=basket,
        order_id=service.new_order_id(),
        flash=take_flash(request),
    )


@post("/checkout", status_code=200)
async def place_order(request: AnyRequest) -> Response[Any]:
    """Order what lies in the basket, once however often the form is sent."""
    form = await request.form()
    order_id, seen = str(form.get("order_id", "")), str(form.get("digest", ""))
    if not service.is_order_id(order_id):
        raise InvalidFieldError("order_id", _("Is none that the checkout gave."))

    async def work(connection: Connection) -> tuple[Visitor, list[store.Purchase], int]:
        visitor = await load_visitor(connection, request)
        if visitor.shopper_id is None:
            return visitor, [], 0
        lines = await baskets.lines(connection, visitor.basket_id)
        placed = 0
        sold = [line for line in lines if line.is_sold]
        if sold and service.digest(lines) == seen:
            placed = await store.place(connection, visitor.shopper_id, order_id, sold)
        return visitor, await store.order(connection, visitor.shopper_id, order_id), placed

    visitor, purchases, placed = await write(request, work)
    if visitor.shopper_id is None:
        return redirect(request, sign_in_url(public_path("/checkout")))
    if not purchases:
        put_flash(request, translated(_CHANGED))
        return redirect(request, public_path("/basket"))
    for purchase in purchases:
        ladder_of(request).shoppers.exclude(visitor.shopper_id, purchase.product_id)
    put_flash(request, translated(_PLACED if placed else _PLACED_BEFORE))
    return redirect(request, order_url(order_id))


@route("/orders", http_method=READ)
async def orders_page(request: AnyRequest) -> Template | Response[Any]:
    """Show the shopper's orders, the latest first."""
    visitor = await find_visitor(request)
    if visitor.shopper_id is None:
        return redirect(request, sign_in_url(public_path("/orders")))
    question = visitor.shopper_id, request.query_params.get("after")
    orders, after = await answer(request, _ORDERS_STEPS, question, who=visitor.shopper_id)
    next_url = f"{public_path('/orders')}?{urlencode({'after': after})}" if after else None
    shown = [(order_url(order.order_id), order) for order in orders]
    is_part = is_fragment(request)
    render = render_partial if is_part else render_page
    name = "partials/order_items.html" if is_part else "pages/orders.html"
    more = one_page_more(next_url, is_part=is_part)
    return render(request, name, orders=shown, more=more)


@route("/orders/{order_id:str}", http_method=READ)
async def order_page(request: AnyRequest, order_id: FromPath[str]) -> Template | Response[Any]:
    """Show an order of the shopper's; somebody else's is as unknown as none."""
    order_id = id_of_path(order_id)
    visitor = await find_visitor(request)
    if visitor.shopper_id is None:
        return redirect(request, sign_in_url(order_url(order_id)))
    question = visitor.shopper_id, order_id
    order = await answer(request, ORDER_STEPS, question, who=visitor.shopper_id)
    if order is None:
        raise NotFoundException(translated(GONE))
    return render_page(request, "pages/order.html", order=order, address=order_url(order_id))


@post("/orders/{order_id:str}/again", status_code=200)
async def buy_again(request: AnyRequest, order_id: FromPath[str]) -> Response[Any]:
    """Put what an order had, and is still sold, into the basket again."""
    order_id = id_of_path(order_id)

    async def work(connection: Connection) -> tuple[int, int] | None:
        visitor = await load_visitor(connection, request)
        purchases = await purchases_of(connection, visitor, order_id)
        if not purchases or visitor.basket_id is None:
            return None
        added = [
            await baskets.add(
                connection,
                visitor.basket_id,
                one.product_id,
                quantity=one.quantity,
                shopper_id=visitor.shopper_id,
            )
            for one in purchases
        ]
        return sum(one.is_put for one in added), len(added)

    found = await write(request, work)
    if found is None:
        raise NotFoundException(translated(GONE))
    put, asked = found
    put_flash(
        request,
        _("Everything is in your basket.")
        if put == asked
        else ngettext(
            "In your basket: %(put)s of %(num)s product. The others are not sold now, "
            "or there is no room for them.",
            "In your basket: %(put)s of %(num)s products. The others are not sold now, "
            "or there is no room for them.",
            asked,
            put=put,
        ),
    )
    return redirect(request, public_path("/basket"))


async def _basket_page(request: AnyRequest, problem: _Problem | None = None) -> Template:
    visitor = await find_visitor(request)
    if visitor.pieces is None:
        raise DatabaseAwayError
    page = await answer(request, _PAGE_STEPS, visitor, who=visitor.shopper_id or visitor.session_id)
    has_field = problem and any(line.product_id == problem.product_id for line in page.basket.lines)
    return render_page(
        request,
        "pages/basket.html",
        status_code=200 if problem is None else 422,
        flash=translated(_NOT_IN) if problem and not has_field else take_flash(request),
        basket=page.basket,
        complements=blocks.show_block(request, visitor_of(request), "basket", page.complements),
        problem=problem,
        most=MOST_PIECES,
    )


async def _read_page(connection: Connection, visitor: Visitor) -> _BasketPage:
    basket = await service.basket(connection, visitor)
    product_ids = [line.product_id for line in basket.lines]
    found = await baskets.complements(connection, product_ids, service.COMPLEMENTS_SIZE)
    found = [one for one in found if not visitor.is_unwanted(one.product_id)]
    cards = await cards_by_id(connection, [one.product_id for one in found])
    return _BasketPage(basket, blocks.complements_block(found, cards, of_basket=True))


async def purchases_of(
    connection: Connection, visitor: Visitor, order_id: str
) -> list[store.Purchase]:
    """Read the purchases of a visitor's order; none of one that is unknown or somebody else's."""
    if visitor.shopper_id is None or "\x00" in order_id:
        return []
    return await store.order(connection, visitor.shopper_id, order_id)


async def _read_order(connection: Connection, question: tuple[str, str]) -> service.Order | None:
    return await service.order(connection, *question)


async def _read_orders(
    connection: Connection, question: tuple[str, str | None]
) -> tuple[list[service.ListedOrder], str | None]:
    return await service.orders(connection, *question)


# The snapshot holds neither baskets nor orders.
_BASKET_STEPS = Steps(service.basket, service.basket)
_PAGE_STEPS = Steps(_read_page, _read_page)
ORDER_STEPS = Steps(_read_order, _read_order)
_ORDERS_STEPS = Steps(_read_orders, _read_orders)


def _outcome(added: Added) -> str:
    """Say what became of the wish to put a product into the basket."""
    if added.is_put:
        return translated(_ADDED)
    if added.has_most:
        return _("More than %(most)s pieces of a product cannot be ordered.", most=MOST_PIECES)
    if added.is_available:
        return _("A basket holds at most %(most)s different products.", most=MOST_LINES)
    return translated(_SOLD_OUT)


async def _look_again(request: AnyRequest) -> None:
    """Have the page's frame say how much lies in the basket now."""
    await find_visitor(request)


def id_of_field(form: FormMultiDict | Mapping[str, Any], name: str) -> str:
    """Return the id that a field holds.

    Raises
    ------
    InvalidFieldError
        It holds none.
    """
    text = str(form.get(name, "")).strip()
    if not text or len(text) > _LONGEST_ID or "\x00" in text:
        raise InvalidFieldError(name, _("Is missing, or no id."))
    return text


def _basket_event(visitor: Visitor, product_id: str) -> NewEvent:
    return NewEvent(
        event_id=f"web-{secrets.token_hex(16)}",
        kind="basket",
        product_id=product_id,
        shopper_id=visitor.shopper_id,
        session_id=visitor.session_id,
    )


order_pages = (
    basket_page,
    add_to_basket,
    set_quantity,
    checkout_page,
    place_order,
    orders_page,
    order_page,
    buy_again,
)
