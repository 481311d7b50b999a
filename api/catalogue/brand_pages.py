"""The page with everything of a brand."""

from litestar import route
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template
from msgspec import Struct
from msgspec.structs import replace

from alsolike.snapshot.reader import LocalSnapshot
from api.catalogue.cards import ProductCard, card, cards
from api.database.pool import Connection
from api.exchange import AnyRequest, mark_odd
from api.filters import ProductFilter
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
from api.paging.keyset import list_key
from api.paging.more import more, page_count
from api.visitors.session import find_visitor

_PAGE_SIZE = 24
_DEFAULT_SORT = next(iter(CATEGORY_SORTS))


class _Question(Struct, frozen=True):
    """Which page of a brand to read, by the cursor of the page before.

    Attributes
    ----------
    has_filters : bool
        Whether the page shows the filters too.
    size : int
        Products wanted.
    """

    brand: str
    after: str | None
    choices: Choices
    has_filters: bool
    size: int


class _Page(Struct, kw_only=True):
    """What the page of a brand shows.

    Attributes
    ----------
    count : int or None
        Products that fit, on all pages; None: not counted.
    choices : Choices
        As they were used: bounds of the price have a currency.
    facets : list of Facet or None
        None: the list cannot be filtered now, or nobody asked.
    is_known : bool
        Whether there is such a brand, as far as was looked.
    """

    products: list[ProductCard]
    next_url: str | None
    count: int | None
    choices: Choices
    facets: list[Facet] | None = None
    is_known: bool = True


@route("/brands/{brand:str}", http_method=READ)
async def brand_page(request: AnyRequest, brand: FromPath[str]) -> Template:
    """Show a brand's products, newest first if no other order is chosen."""
    # As `api.pages.addresses.brand_path` writes a lone dot.
    brand = {"%2E": ".", "%2E%2E": ".."}.get(brand, brand)
    await find_visitor(request)
    reading = read_choices(request, CATEGORY_SORTS)
    # The address says it.
    choices = replace(reading.choices, brands=())
    is_part = is_fragment(request)
    after = None if asks_for_count(request) else request.query_params.get("after")
    mark_odd()
    pages = 1 if is_part else page_count(request)
    question = _Question(brand, after, choices, not is_part, pages * _PAGE_SIZE)
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
    if not page.is_known:
        raise NotFoundException(_("There is no such brand."))
    path = brand_url(brand)
    controls = page.facets and make_controls(
        Reading(choices=page.choices, typed=reading.typed, faults=reading.faults),
        [facet for facet in page.facets if facet.filter != "brand"],
        path=path,
        kept=[],
        sorts=CATEGORY_SORTS,
    )
    picture = next((one.image_url for one in page.products if one.image_url), None)
    return render_page(
        request,
        "pages/brand.html",
        status_code=422 if controls and reading.faults else 200,
        canonical=whole_address(path),
        page_picture=shared_picture(picture),
        brand=brand,
        products=page.products,
        more=following,
        count=page.count,
        controls=controls,
    )


async def _read(connection: Connection, question: _Question) -> _Page:
    """Read a page of the products that fit, in the chosen order."""
    choices = question.choices
    listing = Listing(brand=question.brand)
    found: list[Facet] | None = None
    if question.has_filters or (choices.has_price and choices.currency is None):
        found = await facets(connection, listing, choices)
        if choices.has_price and choices.currency is None:
            choices = replace(choices, currency=currency_of(found))
            found = await facets(connection, listing, choices)
    pairs = pairs_of(choices, _DEFAULT_SORT)
    of = list_key("brand", question.brand, pairs_of(choices.in_order(_DEFAULT_SORT), _DEFAULT_SORT))
    position = decode_position(question.after, choices.sort, of)
    listed = await listed_products(connection, listing, choices, question.size + 1, after=position)
    shown = listed.positions[: question.size]
    count = listed.fitting
    if position is not None and question.has_filters:
        count = (await listed_products(connection, listing, choices, 1)).fitting
    end = None
    if len(listed.positions) > question.size:
        end = encode_position(choices.sort, shown[-1], of)
    return _Page(
        products=await cards(connection, [one.product_id for one in shown]),
        next_url=end and listing_address(brand_url(question.brand), pairs, end),
        count=count,
        choices=choices,
        facets=found,
        is_known=found is None
        or any(one.filter == "all" and one.product_count > 0 for one in found),
    )


def _read_snapshot(local: LocalSnapshot, question: _Question) -> _Page:
    """Read the most popular products of a brand: the file takes no choices."""
    of_brand = ProductFilter(brands=[question.brand])
    found = local.popular(question.size, of_brand.as_json(), [], None)
    return _Page(
        products=[card(product) for product in found],
        next_url=None,
        count=None,
        choices=question.choices,
        is_known=bool(found),
    )


_STEPS = Steps(_read, snapshot=_read_snapshot)
