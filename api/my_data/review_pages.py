"""The pages of a shopper's own reviews: change them, or delete them."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

from litestar import Response, post, route
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template
from msgspec import Struct
from msgspec.structs import replace

from api.catalogue.cards import ProductCard, cards_by_id
from api.database.pool import Connection
from api.exchange import AnyRequest, public_path
from api.http.pairs import LONG_FORM
from api.ladder.ladder import Steps
from api.ladder.requests import answer, write
from api.languages.translate import gettext as _
from api.my_data import store
from api.my_data.pages import PATH
from api.my_data.store import OwnReview
from api.pages.addresses import id_in_path, id_of_path, sign_in_url
from api.pages.rendering import (
    READ,
    is_fragment,
    put_flash,
    redirect,
    render_page,
    render_partial,
)
from api.paging.keyset import decode_cursor, encode_cursor, list_key
from api.paging.more import one_page_more
from api.reviews.form import ReviewForm, form_of, read_form
from api.visitors.session import find_visitor, load_visitor

_LIST = f"{PATH}/reviews"
_ONE = f"{_LIST}/{{review_id:str}}"
_PAGE_SIZE = 20
_REVIEWS = list_key("own reviews")

_Outcome = Literal["stranger", "unknown", "done"]


class ShownReview(Struct, frozen=True):
    """A review in the list, with the address of its page and its product's."""

    review: OwnReview
    url: str
    product: ProductCard | None


class _Page(Struct, frozen=True):
    reviews: list[ShownReview]
    next_url: str | None


@route(_LIST, http_method=READ)
async def reviews_page(request: AnyRequest) -> Template | Response[Any]:
    """Show the shopper's reviews, the latest first."""
    visitor = await find_visitor(request)
    if visitor.shopper_id is None:
        return redirect(request, sign_in_url(public_path(_LIST)))
    question = visitor.shopper_id, request.query_params.get("after")
    page = await answer(request, _LIST_STEPS, question, who=visitor.shopper_id)
    is_part = is_fragment(request)
    render = render_partial if is_part else render_page
    name = "partials/my_review_items.html" if is_part else "pages/my_reviews.html"
    more = one_page_more(page.next_url, is_part=is_part)
    return render(request, name, reviews=page.reviews, more=more)


@route(_ONE, http_method=READ)
async def review_page(request: AnyRequest, review_id: FromPath[str]) -> Template | Response[Any]:
    """Show a review of the shopper's in a form; somebody else's is as unknown as none."""
    return await _review_page(request, id_of_path(review_id))


@post(_ONE, status_code=200, opt={LONG_FORM: True})
async def change_review(request: AnyRequest, review_id: FromPath[str]) -> Template | Response[Any]:
    """Change a review; the form again with what is wrong."""
    review_id = id_of_path(review_id)
    review, form = read_form(await request.form())
    if review is None:
        return await _review_page(request, review_id, form)

    async def work(connection: Connection, shopper_id: str) -> bool:
        return await store.change_review(connection, shopper_id, review_id, review)

    outcome = await _write(request, review_id, work)
    return _after(request, outcome, review_id, _("Your review is changed."))


@post(f"{_ONE}/delete", status_code=200)
async def delete_review(request: AnyRequest, review_id: FromPath[str]) -> Template | Response[Any]:
    """Delete a review, if its box is ticked."""
    review_id = id_of_path(review_id)
    form = await request.form()
    if form.get("sure") != "yes":
        fault = _("Tick the box to delete the review.")
        return await _review_page(request, review_id, delete_fault=fault)

    async def work(connection: Connection, shopper_id: str) -> bool:
        return await store.delete_review(connection, shopper_id, review_id)

    outcome = await _write(request, review_id, work)
    return _after(request, outcome, review_id, _("Your review is deleted."))


async def _write(
    request: AnyRequest, review_id: str, work: Callable[[Connection, str], Awaitable[bool]]
) -> _Outcome:
    """Write a review of whoever is signed in; `work` tells whether it is theirs."""

    async def checked(connection: Connection) -> _Outcome:
        shopper_id = (await load_visitor(connection, request)).shopper_id
        if shopper_id is None:
            return "stranger"
        is_done = "\x00" not in review_id and await work(connection, shopper_id)
        return "done" if is_done else "unknown"

    return await write(request, checked)


async def _review_page(
    request: AnyRequest,
    review_id: str,
    typed: ReviewForm | None = None,
    delete_fault: str | None = None,
) -> Template | Response[Any]:
    visitor = await find_visitor(request)
    if visitor.shopper_id is None:
        return redirect(request, sign_in_url(_url(review_id)))
    question = visitor.shopper_id, review_id
    shown = await answer(request, _ONE_STEPS, question, who=visitor.shopper_id)
    if shown is None:
        raise _gone()
    known = form_of(shown.review)
    form = known if typed is None else replace(typed, is_known=True)
    return render_page(
        request,
        "pages/my_review.html",
        status_code=422 if form.faults or delete_fault else 200,
        shown=shown,
        form=form,
        delete_fault=delete_fault,
    )


def _after(request: AnyRequest, outcome: _Outcome, review_id: str, message: str) -> Response[Any]:
    """Go on after a write."""
    if outcome == "stranger":
        return redirect(request, sign_in_url(_url(review_id)))
    if outcome == "unknown":
        raise _gone()
    put_flash(request, message)
    return redirect(request, public_path(_LIST))


async def _read_list(connection: Connection, question: tuple[str, str | None]) -> _Page:
    shopper_id, after = question
    position = decode_cursor(after, tuple[datetime, str], _REVIEWS)
    rows = await store.own_reviews(connection, shopper_id, position, _PAGE_SIZE + 1)
    next_url = None
    if len(rows) > _PAGE_SIZE:
        rows = rows[:_PAGE_SIZE]
        cursor = encode_cursor((rows[-1].reviewed_at, rows[-1].review_id), _REVIEWS)
        next_url = f"{public_path(_LIST)}?{urlencode({'after': cursor})}"
    cards = await cards_by_id(connection, [row.product_id for row in rows])
    return _Page([_shown(row, cards.get(row.product_id)) for row in rows], next_url)


async def _read_one(connection: Connection, question: tuple[str, str]) -> ShownReview | None:
    if "\x00" in question[1]:
        return None
    row = await store.own_review(connection, *question)
    if row is None:
        return None
    cards = await cards_by_id(connection, [row.product_id])
    return _shown(row, cards.get(row.product_id))


# The snapshot has no reviews.
_LIST_STEPS = Steps(_read_list, _read_list)
_ONE_STEPS = Steps(_read_one, _read_one)


def _shown(row: OwnReview, product: ProductCard | None) -> ShownReview:
    return ShownReview(row, _url(row.review_id), product)


def _url(review_id: str) -> str:
    return public_path(f"{_LIST}/{id_in_path(review_id)}")


def _gone() -> NotFoundException:
    return NotFoundException(_("There is no such review."))


my_review_pages = (reviews_page, review_page, change_review, delete_review)
