"""The page of a search."""

from litestar import route
from litestar.response import Template

from api.exchange import AnyRequest, mark_odd, public_path
from api.ladder.ladder import Steps
from api.ladder.requests import answer
from api.listing.choices import SEARCH_SORTS, Reading, read_choices
from api.listing.controls import make_controls
from api.listing.fragments import asks_for_count
from api.pages.rendering import READ, is_fragment, render_page, render_partial
from api.paging.more import more, page_count
from api.search import card_pages
from api.search.query_vectors import query_vectors_of
from api.visitors.session import find_visitor

_LONGEST_QUERY = 200
_STEPS = Steps(card_pages.card_page, snapshot=card_pages.snapshot_card_page)


@route("/search", http_method=READ)
async def search_page(request: AnyRequest) -> Template:
    """Show the products that match some words, or what they mean."""
    q = str(request.query_params.get("q", "")).strip()[:_LONGEST_QUERY]
    is_part, wants_count = is_fragment(request), asks_for_count(request)
    after = None if wants_count else request.query_params.get("after")
    reading = read_choices(request, SEARCH_SORTS)
    pages = 1 if is_part else page_count(request)
    question = card_pages.prepare(
        query_vectors_of(request),
        q,
        after,
        reading.choices,
        has_filters=wants_count or not is_part,
        size=pages * card_pages.PAGE_SIZE,
    )
    if pages > 1 or not question.is_plain:
        mark_odd()

    await find_visitor(request)
    found = await answer(request, _STEPS, question)
    if wants_count:
        return render_partial(request, "partials/filters_count.html", count=found.count)
    following = more(request, found.next_url, card_pages.PAGE_SIZE, is_part=is_part)
    if is_part:
        return render_partial(
            request,
            "partials/product_items.html",
            headers=following.headers,
            products=found.products,
            more=following,
        )
    controls = found.facets and make_controls(
        Reading(choices=found.choices, typed=reading.typed, faults=reading.faults),
        found.facets,
        path=public_path("/search"),
        kept=[("q", q)],
        sorts=SEARCH_SORTS,
    )
    return render_page(
        request,
        "pages/search.html",
        status_code=422 if controls and reading.faults else 200,
        query=q,
        products=found.products,
        more=following,
        suggestions=found.suggestions,
        count=found.count,
        cut_at=card_pages.MOST_FILTERED if found.is_cut else None,
        controls=controls,
    )
