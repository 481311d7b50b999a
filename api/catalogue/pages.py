"""The page of a category."""

from datetime import datetime

from litestar import route
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template
from msgspec import Struct
from msgspec.structs import replace

from alsolike.snapshot.reader import LocalSnapshot
from api.catalogue import store
from api.catalogue.cards import ProductCard, card, cards
from api.catalogue.categories import Category, tree_of
from api.catalogue.structured_data import breadcrumb_list, graph
from api.database.pool import Connection
from api.exchange import AnyRequest, mark_odd
from api.http.links import list_address
from api.ladder.ladder import Steps
from api.ladder.requests import answer
from api.languages.translate import gettext as _
from api.listing.choices import (
    CATEGORY_SORTS,
    Choices,
    Reading,
    listing_address,
    pairs_of,
    read_choices,
)
from api.listing.controls import currency_of, make_controls
from api.listing.cursors import decode_position, encode_position
from api.listing.fragments import asks_for_count
from api.listing.store import Facet, Listing, facets, listed_products
from api.pages.addresses import shared_picture, whole_address
from api.pages.rendering import READ, is_fragment, render_page, render_partial
from api.paging.keyset import ListKey, decode_cursor, encode_cursor, list_key
from api.paging.more import more, page_count
from api.visitors.session import find_visitor

_PAGE_SIZE = 24
_DEFAULT_SORT = next(iter(CATEGORY_SORTS))


class _Question(Struct, frozen=True):
    """Which page of a category to read, by the cursor of the page before.

    Attributes
    ----------
    has_filters : bool
        Whether the page shows the filters too.
    size : int
        Products wanted.
    """

    category: Category
    after: str | None
    choices: Choices
    has_filters: bool
    size: int


class _Page(Struct, kw_only=True):
    """What the page of a category shows.

    Attributes
    ----------
    count : int
        Products that fit, on all pages.
    choices : Choices
        As they were used: bounds of the price have a currency.
    facets : list of Facet or None
        None: the list cannot be filtered now, or nobody asked.
    """

    products: list[ProductCard]
    next_url: str | None
    count: int
    choices: Choices
    facets: list[Facet] | None = None


@route("/categories/{segments:path}", http_method=READ)
async def category(request: AnyRequest, segments: FromPath[str]) -> Template:
    """Show a category's products, newest first if no other order is chosen."""
    tree = tree_of(request)
    found = await tree.find(segments)
    if found is None:
        message = _("There is no such category.")
        raise NotFoundException(message)
    await find_visitor(request)
    reading = read_choices(request, CATEGORY_SORTS)
    is_part = is_fragment(request)
    after = None if asks_for_count(request) else request.query_params.get("after")
    pages = 1 if is_part else page_count(request)
    question = _Question(found, after, reading.choices, not is_part, pages * _PAGE_SIZE)
    if pages > 1 or not _is_plain(reading.choices):
        mark_odd()
    page = await answer(request, _STEPS, question)
    if asks_for_count(request):
        return render_partial(request, "partials/filters_count.html", count=page.count)
    following = more(request, page.next_url, _PAGE_SIZE, is_part=is_part)
    if is_part:
        return render_partial(
            request,
            "partials/product_items.html",
            headers=following.headers,
            products=page.products,
            more=following,
        )
    controls = page.facets and make_controls(
        Reading(choices=page.choices, typed=reading.typed, faults=reading.faults),
        page.facets,
        path=found.url,
        kept=[],
        sorts=CATEGORY_SORTS,
    )
    return render_page(
        request,
        "pages/category.html",
        status_code=422 if controls and reading.faults else 200,
        canonical=whole_address(found.url),
        page_picture=shared_picture(found.image_url),
        structured_data=graph(breadcrumb_list(tree.breadcrumbs(found.path))),
        category=found,
        breadcrumbs=tree.breadcrumbs(found.path),
        children=tree.children(found.path),
        products=page.products,
        more=following,
        count=page.count,
        controls=controls,
    )


async def _read(connection: Connection, question: _Question) -> _Page:
    choices = question.choices
    listing = Listing(within=question.category.path)
    found: list[Facet] | None = None
    if question.has_filters or (choices.has_price and choices.currency is None):
        found = await facets(connection, listing, choices)
        if choices.has_price and choices.currency is None:
            choices = replace(choices, currency=currency_of(found))
            found = await facets(connection, listing, choices)
    if _is_plain(choices):
        page = await _read_newest(connection, question)
    else:
        page = await _read_chosen(connection, listing, replace(question, choices=choices))
    page.facets = found
    return page


async def _read_newest(connection: Connection, question: _Question) -> _Page:
    """Read a page of all products of a category, off the index on their time."""
    position = decode_cursor(
        question.after, tuple[datetime, str], _list_of(question.category, question.choices)
    )
    rows = await store.category_products(
        connection, question.category.path, position, question.size + 1
    )
    return _Page(
        products=await cards(connection, [product_id for product_id, _ in rows[: question.size]]),
        next_url=_next_url(question, [(moment, one) for one, moment in rows]),
        count=question.category.count,
        choices=question.choices,
    )


async def _read_chosen(connection: Connection, listing: Listing, question: _Question) -> _Page:
    """Read a page of the products that fit, in the chosen order."""
    choices = question.choices
    position = decode_position(question.after, choices.sort, _list_of(question.category, choices))
    found = await listed_products(connection, listing, choices, question.size + 1, after=position)
    shown = found.positions[: question.size]
    count = found.fitting
    if position is not None and question.has_filters:
        count = (await listed_products(connection, listing, choices, 1)).fitting
    end = None
    if len(found.positions) > question.size:
        end = encode_position(choices.sort, shown[-1], _list_of(question.category, choices))
    return _Page(
        products=await cards(connection, [one.product_id for one in shown]),
        next_url=end
        and listing_address(question.category.url, pairs_of(choices, _DEFAULT_SORT), end),
        count=count,
        choices=choices,
    )


def _read_snapshot(local: LocalSnapshot, question: _Question) -> _Page:
    """Read a page of all products of a category; the file takes no choices."""
    position = decode_cursor(
        question.after, tuple[datetime, str], _list_of(question.category, question.choices)
    )
    found = local.category_products(question.category.path, position, question.size + 1)
    return _Page(
        products=[card(product) for product in found[: question.size]],
        next_url=_next_url(question, [(one.created_at, one.product_id) for one in found]),
        count=question.category.count,
        choices=question.choices,
    )


_STEPS = Steps(_read, snapshot=_read_snapshot)


def _list_of(category: Category, choices: Choices) -> ListKey:
    """Return what stands for a list in its cursors; its order is in them by itself."""
    filters = pairs_of(choices.in_order(_DEFAULT_SORT), _DEFAULT_SORT)
    return list_key("category", category.path, filters)


def _is_plain(choices: Choices) -> bool:
    """Whether the list is that of all products, newest first."""
    return choices.sort == _DEFAULT_SORT and not choices.is_filtered


def _next_url(question: _Question, positions: list[tuple[datetime, str]]) -> str | None:
    """Return the address of the next page of a list that was read one row beyond this one."""
    is_last = len(positions) <= question.size
    of = _list_of(question.category, Choices(sort=_DEFAULT_SORT))
    end = None if is_last else encode_cursor(positions[question.size - 1], of)
    return list_address(question.category.url, end)
