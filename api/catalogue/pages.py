"""The pages with everything of a category and of a brand."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal

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
from api.filters import ProductFilter
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
from api.pages.addresses import brand_url, shared_picture, whole_address
from api.pages.rendering import READ, is_fragment, render_page, render_partial
from api.paging.keyset import ListKey, decode_cursor, encode_cursor, list_key
from api.paging.more import more, page_count
from api.visitors.session import find_visitor

_PAGE_SIZE = 24
_DEFAULT_SORT = next(iter(CATEGORY_SORTS))


class _Shelf(Struct, frozen=True, kw_only=True):
    """What a page lists: a category with all below it, or what is of a brand.

    Attributes
    ----------
    name : str
        The category's path, or the brand.
    count : int or None
        Cards of a category without filters; None: not known before they are counted.
    """

    kind: Literal["category", "brand"]
    name: str
    url: str
    count: int | None = None

    @property
    def listing(self) -> Listing:
        """What filters choose among."""
        if self.kind == "category":
            return Listing(within=self.name)
        return Listing(brand=self.name)


class _Question(Struct, frozen=True):
    """Which page of a shelf to read, by the cursor of the page before.

    Attributes
    ----------
    has_filters : bool
        Whether the page shows the filters too.
    size : int
        Products wanted.
    """

    shelf: _Shelf
    after: str | None
    choices: Choices
    has_filters: bool
    size: int

    @property
    def is_plain(self) -> bool:
        """Whether the list is that of all products, newest first."""
        return self.choices.sort == _DEFAULT_SORT and not self.choices.is_filtered


class _Page(Struct, kw_only=True):
    """What a page shows.

    Attributes
    ----------
    count : int or None
        Cards on all pages; None: not counted.
    choices : Choices
        As they were used: bounds of the price have a currency.
    facets : list of Facet or None
        None: the list cannot be filtered now, or nobody asked.
    is_known : bool
        Whether there is such a shelf, as far as was looked.
    """

    products: list[ProductCard]
    next_url: str | None
    count: int | None
    choices: Choices
    facets: list[Facet] | None = None
    is_known: bool = True


@route("/categories/{segments:path}", http_method=READ)
async def category(request: AnyRequest, segments: FromPath[str]) -> Template:
    """Show a category's products, newest first if no other order is chosen."""
    tree = tree_of(request)
    found = await tree.find(segments)
    if found is None:
        message = _("There is no such category.")
        raise NotFoundException(message)

    def context(_page: _Page) -> dict[str, Any]:
        breadcrumbs = tree.breadcrumbs(found.path)
        return {
            "page_picture": shared_picture(found.image_url),
            "structured_data": graph(breadcrumb_list(breadcrumbs)),
            "category": found,
            "breadcrumbs": breadcrumbs,
            "children": tree.children(found.path),
        }

    reading = read_choices(request, CATEGORY_SORTS)
    return await _show(request, _shelf_of(found), reading, "pages/category.html", context)


@route("/brands/{brand:str}", http_method=READ)
async def brand_page(request: AnyRequest, brand: FromPath[str]) -> Template:
    """Show a brand's products, newest first if no other order is chosen."""
    # As `api.pages.addresses.brand_path` writes a lone dot.
    brand = {"%2E": ".", "%2E%2E": ".."}.get(brand, brand)

    def context(page: _Page) -> dict[str, Any]:
        if not page.is_known:
            raise NotFoundException(_("There is no such brand."))
        picture = next((one.image_url for one in page.products if one.image_url), None)
        return {"page_picture": shared_picture(picture), "brand": brand}

    reading = read_choices(request, CATEGORY_SORTS)
    # The address says the brand.
    reading = replace(reading, choices=replace(reading.choices, brands=()))
    shelf = _Shelf(kind="brand", name=brand, url=brand_url(brand))
    return await _show(request, shelf, reading, "pages/brand.html", context)


async def _show(
    request: AnyRequest,
    shelf: _Shelf,
    reading: Reading,
    template: str,
    context: Callable[[_Page], dict[str, Any]],
) -> Template:
    """Show a page of a shelf, its next products alone, or how many the choices leave.

    `context`: makes what the template shows besides the list.
    """
    await find_visitor(request)
    is_part = is_fragment(request)
    after = None if asks_for_count(request) else request.query_params.get("after")
    pages = 1 if is_part else page_count(request)
    question = _Question(shelf, after, reading.choices, not is_part, pages * _PAGE_SIZE)
    if pages > 1 or shelf.kind == "brand" or not question.is_plain:
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
    shown = context(page)
    controls = page.facets and make_controls(
        Reading(choices=page.choices, typed=reading.typed, faults=reading.faults),
        # Every product of a brand is of that brand.
        [facet for facet in page.facets if facet.filter != shelf.kind],
        path=shelf.url,
        kept=[],
        sorts=CATEGORY_SORTS,
    )
    return render_page(
        request,
        template,
        status_code=422 if controls and reading.faults else 200,
        canonical=whole_address(shelf.url),
        products=page.products,
        more=following,
        count=page.count,
        controls=controls,
        **shown,
    )


async def _read(connection: Connection, question: _Question) -> _Page:
    choices, listing = question.choices, question.shelf.listing
    found: list[Facet] | None = None
    if question.has_filters or (choices.has_price and choices.currency is None):
        found = await facets(connection, listing, choices)
        if choices.has_price and choices.currency is None:
            choices = replace(choices, currency=currency_of(found))
            found = await facets(connection, listing, choices)
    question = replace(question, choices=choices)
    if question.shelf.kind == "category" and question.is_plain:
        page = await _read_newest(connection, question)
    else:
        page = await _read_chosen(connection, question)
    page.facets = found
    page.is_known = found is None or any(
        one.filter == "all" and one.card_count > 0 for one in found
    )
    return page


async def _read_newest(connection: Connection, question: _Question) -> _Page:
    """Read a page of all products of a category, off the index on their time."""
    position = decode_cursor(question.after, tuple[datetime, str], _list_of(question))
    rows = await store.category_products(
        connection, question.shelf.name, position, question.size + 1
    )
    return _Page(
        products=await cards(connection, [product_id for product_id, _ in rows[: question.size]]),
        next_url=_next_newest(question, [(moment, one) for one, moment in rows]),
        count=question.shelf.count,
        choices=question.choices,
    )


async def _read_chosen(connection: Connection, question: _Question) -> _Page:
    """Read a page of the products that fit, in the chosen order."""
    choices, listing, of = question.choices, question.shelf.listing, _list_of(question)
    position = decode_position(question.after, choices.sort, of)
    found = await listed_products(connection, listing, choices, question.size + 1, after=position)
    shown = found.positions[: question.size]
    count = found.fitting
    if position is not None and question.has_filters:
        count = (await listed_products(connection, listing, choices, 1)).fitting
    end = None
    if len(found.positions) > question.size:
        end = encode_position(choices.sort, shown[-1], of)
    return _Page(
        products=await cards(connection, [one.product_id for one in shown]),
        next_url=end and listing_address(question.shelf.url, pairs_of(choices, _DEFAULT_SORT), end),
        count=count,
        choices=choices,
    )


def _read_snapshot(local: LocalSnapshot, question: _Question) -> _Page:
    """Read a page of a category, or the most popular products of a brand: no choices are taken."""
    if question.shelf.kind == "brand":
        of_brand = ProductFilter(brands=[question.shelf.name])
        found = local.popular(question.size, of_brand.as_json(), [], None)
        next_url = None
    else:
        position = decode_cursor(question.after, tuple[datetime, str], _list_of(question))
        found = local.category_products(question.shelf.name, position, question.size + 1)
        next_url = _next_newest(question, [(one.created_at, one.product_id) for one in found])
    return _Page(
        products=[card(product) for product in found[: question.size]],
        next_url=next_url,
        count=question.shelf.count,
        choices=question.choices,
        is_known=question.shelf.kind == "category" or bool(found),
    )


_STEPS = Steps(_read, snapshot=_read_snapshot)


def _shelf_of(found: Category) -> _Shelf:
    return _Shelf(kind="category", name=found.path, url=found.url, count=found.count)


def _list_of(question: _Question) -> ListKey:
    """Return what stands for a list in its cursors; its order is in them by itself."""
    filters = pairs_of(question.choices.in_order(_DEFAULT_SORT), _DEFAULT_SORT)
    return list_key(question.shelf.kind, question.shelf.name, filters)


def _next_newest(question: _Question, positions: Sequence[tuple[datetime, str]]) -> str | None:
    """Return the address of the next page of a list that was read one row beyond this one."""
    if len(positions) <= question.size:
        return None
    of = list_key("category", question.shelf.name, [])
    return list_address(question.shelf.url, encode_cursor(positions[question.size - 1], of))
