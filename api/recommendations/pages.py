"""The home page."""

from litestar import route
from litestar.response import Template

from alsolike.snapshot.reader import LocalSnapshot
from api.catalogue.categories import tree_of
from api.database.pool import Connection
from api.exchange import AnyRequest
from api.http.parameters import shown_products
from api.ladder.ladder import Steps
from api.ladder.requests import answer
from api.pages.rendering import READ, is_fragment, render_page, render_partial
from api.recommendations import blocks, snapshot_blocks
from api.recommendations.shown import Block
from api.visitors.session import load_visitor, remembered_visitor


@route("/", http_method=READ)
async def home(request: AnyRequest) -> Template:
    """Show "You may also like" and the categories."""
    shown = shown_products(request)

    async def work(connection: Connection, _: None) -> Block:
        visitor = await load_visitor(request, connection)
        return await blocks.recommended_block(connection, visitor, shown=shown)

    def snapshot(local: LocalSnapshot, _question: None) -> Block:
        _, excluded = remembered_visitor(request)
        return snapshot_blocks.popular_block(local, list(excluded), shown)

    block = await answer(request, Steps(work, snapshot=snapshot), None)
    if is_fragment(request):
        return render_partial(request, "partials/recommendation_items.html", block=block)
    return render_page(request, "pages/home.html", block=block, categories=tree_of(request).top())
