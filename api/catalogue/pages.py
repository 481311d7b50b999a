"""The page of a category."""

from datetime import datetime

from litestar import route
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template
from msgspec import Struct

from alsolike.snapshot.reader import LocalSnapshot
from api.catalogue import store
from api.catalogue.cards import ProductCard, card, cards
from api.catalogue.categories import Category, tree_of
from api.catalogue.structured_data import breadcrumb_list, graph
from api.database.pool import Connection
from api.exchange import AnyRequest
from api.http.links import list_address
from api.ladder.ladder import Steps
from api.ladder.requests import answer
from api.pages.addresses import shared_picture, whole_address
from api.pages.rendering import READ, is_fragment, render_page, render_partial
from api.paging.keyset import decode_cursor, encode_cursor
from api.visitors.session import find_visitor

_PAGE_SIZE = 24

# Cards, and the address of the next ones.
_Page = tuple[list[ProductCard], str | None]


class _Question(Struct, frozen=True):
    """Which page of a category to read, by the cursor of the page before."""

    category: Category
    after: str | None


@route("/categories/{segments:path}", http_method=READ)
async def category(request: AnyRequest, segments: FromPath[str]) -> Template:
    """Show a category's products, newest first."""
    tree = tree_of(request)
    found = await tree.find(segments)
    if found is None:
        message = "There is no such category."
        raise NotFoundException(message)
    await find_visitor(request)
    question = _Question(found, request.query_params.get("after"))
    products, next_url = await answer(request, _STEPS, question)
    if is_fragment(request):
        return render_partial(
            request, "partials/product_items.html", products=products, next_url=next_url
        )
    return render_page(
        request,
        "pages/category.html",
        canonical=whole_address(found.url),
        page_picture=shared_picture(found.image_url),
        structured_data=graph(breadcrumb_list(tree.breadcrumbs(found.path))),
        category=found,
        breadcrumbs=tree.breadcrumbs(found.path),
        children=tree.children(found.path),
        products=products,
        next_url=next_url,
    )


async def _read(connection: Connection, question: _Question) -> _Page:
    position = decode_cursor(question.after, tuple[datetime, str])
    rows = await store.category_products(
        connection, question.category.path, position, _PAGE_SIZE + 1
    )
    shown = await cards(connection, [product_id for product_id, _ in rows[:_PAGE_SIZE]])
    return shown, _next_url(question.category, [(moment, one) for one, moment in rows])


def _read_snapshot(local: LocalSnapshot, question: _Question) -> _Page:
    position = decode_cursor(question.after, tuple[datetime, str])
    found = local.category_products(question.category.path, position, _PAGE_SIZE + 1)
    shown = [card(product) for product in found[:_PAGE_SIZE]]
    return shown, _next_url(question.category, [(one.created_at, one.product_id) for one in found])


_STEPS = Steps(_read, snapshot=_read_snapshot)


def _next_url(category: Category, positions: list[tuple[datetime, str]]) -> str | None:
    """Return the address of the next page of a list that was read one row beyond this one."""
    is_last = len(positions) <= _PAGE_SIZE
    return list_address(category.url, None if is_last else encode_cursor(positions[_PAGE_SIZE - 1]))
