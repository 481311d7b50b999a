"""The page of a category."""

from datetime import datetime
from urllib.parse import urlencode

from litestar import route
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template

from alsolike.snapshot.reader import LocalSnapshot
from api.catalogue import store
from api.catalogue.cards import ProductCard, cards, snapshot_card
from api.catalogue.categories import Category, tree_of
from api.database.pool import Connection
from api.exchange import AnyRequest
from api.ladder.ladder import Steps
from api.ladder.requests import answer
from api.pages.rendering import READ, is_fragment, render_page, render_partial
from api.paging.keyset import decode_cursor, encode_cursor
from api.visitors.session import load_visitor, remembered_visitor

_PAGE_SIZE = 24


@route("/categories/{segments:path}", http_method=READ)
async def category(request: AnyRequest, segments: FromPath[str]) -> Template:
    """Show a category's products, newest first."""
    tree = tree_of(request)
    found = await tree.find(segments)
    if found is None:
        message = "There is no such category."
        raise NotFoundException(message)
    after = request.query_params.get("after")

    async def work(connection: Connection, _: None) -> tuple[list[ProductCard], str | None]:
        await load_visitor(request, connection)
        return await _category_page(connection, found, after)

    def snapshot(local: LocalSnapshot, _: None) -> tuple[list[ProductCard], str | None]:
        remembered_visitor(request)
        return _snapshot_category_page(local, found, after)

    products, next_url = await answer(request, Steps(work, snapshot=snapshot), None)
    if is_fragment(request):
        return render_partial(
            request, "partials/product_items.html", products=products, next_url=next_url
        )
    return render_page(
        request,
        "pages/category.html",
        category=found,
        breadcrumbs=tree.breadcrumbs(found.path),
        children=tree.children(found.path),
        products=products,
        next_url=next_url,
    )


async def _category_page(
    connection: Connection, category: Category, after: str | None
) -> tuple[list[ProductCard], str | None]:
    """Read a page of a category's products, and the address of the next one."""
    rows = await store.category_products(
        connection, category.path, decode_cursor(after, tuple[datetime, str]), _PAGE_SIZE + 1
    )
    next_url = None
    if len(rows) > _PAGE_SIZE:
        rows = rows[:_PAGE_SIZE]
        cursor = encode_cursor((rows[-1][1], rows[-1][0]))
        next_url = f"{category.url}?{urlencode({'after': cursor})}"
    return await cards(connection, [row[0] for row in rows]), next_url


def _snapshot_category_page(
    local: LocalSnapshot, category: Category, after: str | None
) -> tuple[list[ProductCard], str | None]:
    """Read a page of a category's products, and the address of the next one."""
    position = decode_cursor(after, tuple[datetime, str])
    found = local.category_products(category.path, position, _PAGE_SIZE + 1)
    following = None
    if len(found) > _PAGE_SIZE:
        last = found[_PAGE_SIZE - 1]
        cursor = encode_cursor((last.created_at, last.product_id))
        following = f"{category.url}?{urlencode({'after': cursor})}"
    return [snapshot_card(product) for product in found[:_PAGE_SIZE]], following
