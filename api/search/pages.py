"""The page of a search, and what is suggested while one is typed."""

from litestar import HttpMethod, Response, post, route
from litestar.response import Template

from api.exchange import AnyRequest, mark_odd, public_path
from api.ladder.ladder import Steps
from api.ladder.requests import answer
from api.languages.translate import gettext as _
from api.listing.choices import SEARCH_SORTS, Reading, read_choices
from api.listing.controls import make_controls
from api.listing.fragments import asks_for_count
from api.pages.addresses import came_from
from api.pages.rendering import (
    READ,
    is_fragment,
    put_flash,
    redirect,
    render_page,
    render_partial,
)
from api.paging.more import more, page_count
from api.search import card_pages
from api.search.card_pages import CardPage
from api.search.past import forget_searches, keep_search, past_searches
from api.search.query_vectors import query_vectors_of
from api.search.suggestions import Suggestions, suggestions
from api.visitors.session import find_visitor

LONGEST_QUERY = 200
# What is typed is given back up to here.
_LONGEST_SHOWN = 1000
_STEPS = Steps(card_pages.card_page, snapshot=card_pages.snapshot_card_page)


@route("/search", http_method=READ)
async def search_page(request: AnyRequest) -> Template:
    """Show the products that match some words; where none does, what is closest in meaning."""
    typed = _typed(request)
    is_too_long = len(typed) > LONGEST_QUERY
    q = "" if is_too_long else typed
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

    visitor = await find_visitor(request)
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
    controls = None
    if found.facets is not None and _has_use_of_controls(found, reading):
        controls = make_controls(
            Reading(choices=found.choices, typed=reading.typed, faults=reading.faults),
            found.facets,
            path=public_path("/search"),
            kept=[("q", q)],
            sorts=SEARCH_SORTS,
        )
    if found.found_by is not None and not after:
        await keep_search(request, visitor, q)
    return render_page(
        request,
        "pages/search.html",
        status_code=422 if is_too_long or (controls and reading.faults) else 200,
        query=typed[:_LONGEST_SHOWN],
        query_fault=_too_long() if is_too_long else None,
        past_searches=[] if typed else past_searches(request),
        products=found.products,
        more=following,
        closest=found.closest,
        found_by=found.found_by,
        left_out=found.left_out,
        corrections=found.corrections,
        meant=found.meant,
        suggestions=found.suggestions,
        count=found.count,
        cut_at=card_pages.MOST_FILTERED if found.is_cut else None,
        controls=controls,
    )


@route("/search/suggestions", http_method=[HttpMethod.GET, HttpMethod.HEAD])
async def search_suggestions(request: AnyRequest) -> Template:
    """Suggest products, categories and past searches for what is typed so far."""
    mark_odd()
    typed = _typed(request)
    is_too_long = len(typed) > LONGEST_QUERY
    offered = Suggestions() if is_too_long else await suggestions(request, typed)
    return render_partial(
        request, "partials/search_suggestions.html", suggestions=offered, typed=typed
    )


@post("/search/forget", status_code=200)
async def forget_past_searches(request: AnyRequest) -> Response[bytes]:
    """Forget what the visitor searched for."""
    form = await request.form()
    await forget_searches(request)
    put_flash(request, _("Your searches are forgotten."))
    return redirect(request, came_from(request, form.get("next")))


def _typed(request: AnyRequest) -> str:
    return str(request.query_params.get("q", "")).strip()


def _has_use_of_controls(found: CardPage, reading: Reading) -> bool:
    """Tell whether filters are of use: something can be filtered, is filtered, or is wrong."""
    return bool(found.found_by or reading.faults or found.choices.is_filtered)


def _too_long() -> str:
    return _("Search for %(most)s characters at most.", most=LONGEST_QUERY)
