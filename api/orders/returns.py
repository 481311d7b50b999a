"""The pages of a return: a question, and what follows from the answer."""

import hashlib
from typing import Any

from litestar import Response, post, route
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template

from api.database.pool import Connection
from api.events import service as events
from api.events.schemas import NewEvent
from api.exchange import AnyRequest
from api.ladder.requests import answer, ladder_of, write
from api.languages.translate import gettext as _
from api.languages.translate import ngettext, translated
from api.orders import store
from api.orders.pages import GONE, ORDER_STEPS, QUANTITY, id_of_field, purchases_of
from api.pages.addresses import id_of_path, order_url, sign_in_url
from api.pages.rendering import READ, put_flash, redirect, render_page
from api.visitors.session import find_visitor, load_visitor


@route("/orders/{order_id:str}/return", http_method=READ)
async def return_page(request: AnyRequest, order_id: FromPath[str]) -> Template | Response[Any]:
    """Ask which pieces of a purchase go back, before they do."""
    order_id = id_of_path(order_id)
    visitor = await find_visitor(request)
    if visitor.shopper_id is None:
        return redirect(request, sign_in_url(order_url(order_id)))
    purchase_id = id_of_field(request.query_params, "purchase_id")
    return await _return_page(request, visitor.shopper_id, order_id, purchase_id)


@post("/orders/{order_id:str}/return", status_code=200)
async def return_purchase(request: AnyRequest, order_id: FromPath[str]) -> Template | Response[Any]:
    """Take pieces of a purchase back, once however often the form is sent."""
    order_id = id_of_path(order_id)
    form = await request.form()
    purchase_id = id_of_field(form, "purchase_id")
    typed = str(form.get("quantity", "")).strip()
    before = str(form.get("returned", "")).strip()

    async def work(connection: Connection) -> tuple[str, int | None] | None:
        visitor = await load_visitor(connection, request)
        shopper_id = visitor.shopper_id or ""
        for purchase in await purchases_of(connection, visitor, order_id):
            if purchase.purchase_id != purchase_id:
                continue
            kept = purchase.quantity - purchase.returned_quantity
            # Of a form that was sent before, or of another tab.
            if kept <= 0 or before not in ("", str(purchase.returned_quantity)):
                return shopper_id, 0
            quantity = kept
            if typed:
                quantity = int(typed) if QUANTITY.fullmatch(typed) else 0
            if not 0 < quantity <= kept:
                return shopper_id, None
            await events.record(connection, _return_event(purchase, quantity))
            return shopper_id, quantity
        return None

    found = await write(request, work)
    if found is None:
        raise NotFoundException(translated(GONE))
    shopper_id, quantity = found
    if quantity is None:
        return await _return_page(request, shopper_id, order_id, purchase_id, typed[:20])
    if quantity:
        ladder_of(request).shoppers.forget(shopper_id)
        put_flash(
            request,
            ngettext("%(num)s piece is returned.", "%(num)s pieces are returned.", quantity),
        )
    else:
        put_flash(request, _("This was returned before."))
    return redirect(request, order_url(order_id))


async def _return_page(
    request: AnyRequest,
    shopper_id: str,
    order_id: str,
    purchase_id: str,
    typed: str | None = None,
) -> Template | Response[Any]:
    """Show the form for a return; `typed` is a quantity that cannot be."""
    question = shopper_id, order_id
    order = await answer(request, ORDER_STEPS, question, who=shopper_id)
    found = [one for one in order.purchases if one.purchase_id == purchase_id] if order else []
    if not found:
        raise NotFoundException(translated(GONE))
    purchase = found[0]
    if not purchase.kept:
        put_flash(request, _("This was returned before."))
        return redirect(request, order_url(order_id))
    fault = None
    if typed is not None:
        fault = _("Enter a whole number from 1 to %(most)s.", most=purchase.kept)
    return render_page(
        request,
        "pages/return.html",
        status_code=200 if fault is None else 422,
        purchase=purchase,
        typed=typed if typed is not None else str(purchase.kept),
        fault=fault,
        address=order_url(order_id),
    )


def _return_event(purchase: store.Purchase, quantity: int) -> NewEvent:
    # Of the purchase as it was, so that one form is one return.
    state = f"{purchase.purchase_id}\0{purchase.returned_quantity}"
    return NewEvent(
        event_id=f"web-return-{hashlib.sha256(state.encode()).hexdigest()}",
        kind="return",
        purchase_id=purchase.purchase_id,
        quantity=quantity,
    )


return_pages = (return_page, return_purchase)
