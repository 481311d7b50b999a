"""The page of a search."""

from litestar import route
from litestar.response import Template
from msgspec.structs import asdict

from alsolike.snapshot.reader import LocalSnapshot
from api.database.pool import Connection
from api.exchange import AnyRequest
from api.ladder.ladder import Steps
from api.ladder.requests import answer
from api.pages.rendering import READ, is_fragment, render_page, render_partial
from api.search import service
from api.search.query_vectors import query_vectors_of
from api.visitors.session import load_visitor, remembered_visitor

_LONGEST_QUERY = 200


@route("/search", http_method=READ)
async def search_page(request: AnyRequest) -> Template:
    """Show the products that match some words, or what they mean."""
    q = str(request.query_params.get("q", "")).strip()[:_LONGEST_QUERY]
    after = request.query_params.get("after")
    search = service.prepare(query_vectors_of(request), q, None, after, service.PAGE_SIZE)

    async def work(connection: Connection, _: None) -> service.CardPage:
        await load_visitor(request, connection)
        return await service.card_page(connection, search)

    def snapshot(local: LocalSnapshot, _: None) -> service.CardPage:
        remembered_visitor(request)
        return service.snapshot_card_page(local, search)

    found = await answer(request, Steps(work, snapshot=snapshot), None)
    if is_fragment(request):
        return render_partial(
            request, "partials/product_items.html", products=found.products, next_url=found.next_url
        )
    return render_page(request, "pages/search.html", query=q, **asdict(found))
