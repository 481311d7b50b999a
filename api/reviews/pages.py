"""Writing a review: post, redirect, get."""

from typing import Any

from litestar import Response, post, route
from litestar.params import FromPath
from litestar.response import Template
from msgspec.structs import replace

from api.catalogue.cards import ProductCard, product_card
from api.catalogue.service import unknown_product
from api.database.pool import Connection
from api.exchange import AnyRequest
from api.http.pairs import LONG_FORM
from api.ladder.requests import read, write
from api.languages.translate import gettext as _
from api.pages.addresses import product_url, sign_in_url
from api.pages.rendering import READ, put_flash, redirect, render_page
from api.reviews import store
from api.reviews.form import ReviewForm, form_of, read_form
from api.visitors.session import load_visitor


@route("/products/{product_id:str}/review", http_method=READ)
async def review_page(request: AnyRequest, product_id: FromPath[str]) -> Template | Response[Any]:
    """Show the form for a review, with the one that is there; a stranger signs in first."""
    return await _form_page(request, product_id, None)


@post("/products/{product_id:str}/review", status_code=200, opt={LONG_FORM: True})
async def send_review(request: AnyRequest, product_id: FromPath[str]) -> Template | Response[Any]:
    """Write a review or change it, and go back to the product; the form again if it is wrong."""
    review, form = read_form(await request.form())
    if review is None:
        return await _form_page(request, product_id, form)

    async def work(connection: Connection) -> store.Written | None:
        visitor = await load_visitor(connection, request)
        if visitor.shopper_id is None:
            return None
        return await store.write_review(connection, visitor.shopper_id, product_id, review)

    written = await write(request, work)
    if written is None or not written.has_shopper:
        return redirect(request, sign_in_url(_form_url(product_id)))
    if not written.has_product:
        raise unknown_product(product_id)
    messages = {
        "new": _("Thank you: your review is published."),
        "changed": _("Your review is changed."),
        "same": _("Your review has not changed."),
    }
    put_flash(request, messages[written.outcome])
    return redirect(request, f"{product_url(product_id)}#reviews")


async def _form_page(
    request: AnyRequest, product_id: str, typed: ReviewForm | None
) -> Template | Response[Any]:
    async def work(connection: Connection) -> tuple[ProductCard, ReviewForm | None]:
        visitor = await load_visitor(connection, request)
        card = await product_card(connection, product_id)
        if visitor.shopper_id is None:
            return card, None
        return card, form_of(await store.own_review(connection, visitor.shopper_id, product_id))

    card, known = await read(request, work)
    if known is None:
        return redirect(request, sign_in_url(_form_url(product_id)))
    form = known if typed is None else replace(typed, is_known=known.is_known)
    return render_page(
        request,
        "pages/review.html",
        status_code=422 if form.faults else 200,
        product=card,
        form=form,
    )


def _form_url(product_id: str) -> str:
    return f"{product_url(product_id)}/review"
