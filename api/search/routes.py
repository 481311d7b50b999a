"""Lists of products, and searches in them."""

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from api.catalogue import service as catalogue
from api.catalogue.schemas import ProductPage
from api.exchange import AnyRequest
from api.http.caching import SHARED
from api.http.parameters import CategoryFilter, RowCount, SearchWords, check_names
from api.ladder.ladder import Steps
from api.ladder.requests import answer
from api.paging.keyset import list_key
from api.search import service
from api.search.query_vectors import query_vectors_of

_LIST_NAMES = frozenset({"category", "q", "after", "limit"})
_LIST_STEPS = Steps(catalogue.product_page, snapshot=catalogue.snapshot_page)
_SEARCH_STEPS = Steps(service.product_page, snapshot=service.snapshot_product_page)


@get(
    "/",
    summary="List products, or search them",
    operation_id="listProducts",
    cache_control=SHARED,
)
async def list_products(
    request: AnyRequest,
    category: CategoryFilter = None,
    q: SearchWords = None,
    after: Annotated[
        str | None, QueryParameter(max_length=1000, description="Cursor; follow `next` instead.")
    ] = None,
    limit: RowCount = 20,
) -> ProductPage:
    """Give a page of the catalogue by product id, or with `q` by how well products match.

    A search goes by words and by meaning, and by words alone where their vector is not there in
    time: `by` says which. The answer's `next` is the address of the next page, null after the last
    one.
    """
    check_names(request, _LIST_NAMES)
    if q is None:
        listing = catalogue.CatalogueQuestion(category, after, limit)
        return await answer(request, _LIST_STEPS, listing)
    search = service.prepare(
        query_vectors_of(request), q, category, after, limit, of=list_key("search", q, category)
    )
    return await answer(request, _SEARCH_STEPS, search)
