"""`/robots.txt`, the index of the sitemap, and its parts.

A part is read by key and sent page by page, so that neither the catalogue nor a part of it is ever
in memory, and no connection is held while a slow client reads.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from urllib.parse import urlencode

from litestar import MediaType, Response, Router, get
from litestar.datastructures import CacheControlHeader
from litestar.params import FromQuery
from litestar.response import Stream

from api.catalogue.categories import refresh_navigation, tree_of
from api.exchange import AnyRequest, mark_odd, public_path
from api.fields import product_path
from api.ladder.ladder import Steps
from api.ladder.requests import answer, ladder_of
from api.pages.addresses import brand_path, whole_address
from api.sitemap import store
from api.sitemap.documents import MOST_ADDRESSES, index, robots, streamed_urls, urls
from api.sitemap.store import PartQuestion
from api.visitors.session import require_pages

_KEPT = CacheControlHeader(public=True, max_age=3600)
_XML = "application/xml"
# Products of one statement.
_PAGE_SIZE = 2000
# Pages that are of no use to whoever did not ask for them.
_CLOSED = (
    "/search",
    "/sign-in",
    "/sign-out",
    "/sign-up",
    "/account",
    "/basket",
    "/checkout",
    "/orders",
    "/hidden",
    "/my-data",
)

_ENDS_STEPS = Steps(store.part_ends)
_PRODUCTS_STEPS = Steps(store.part_products)
_BRANDS_STEPS = Steps(store.brands)


@get("/robots.txt", cache_control=_KEPT)
async def give_robots() -> Response[str]:
    """Give what crawlers may ask for, and where the sitemap is."""
    closed = [public_path(path) for path in _CLOSED]
    return Response(robots(f"{_site()}/sitemap.xml", closed), media_type=MediaType.TEXT)


@get("/sitemap/products.xml", cache_control=_KEPT)
async def give_products(
    request: AnyRequest, after: FromQuery[str] = "", until: FromQuery[str | None] = None
) -> Stream:
    """Give the products behind one of a catalogue in the order of ids, up to another."""
    # The first page is read before the answer begins, so that a failure is still an answer.
    first = await answer(request, _PRODUCTS_STEPS, PartQuestion(after, until, _PAGE_SIZE))
    site, ladder = _site(), ladder_of(request)

    async def pages() -> AsyncIterator[list[str]]:
        ids, left = first, MOST_ADDRESSES
        while ids:
            yield [site + product_path(one) for one in ids]
            left -= len(ids)
            if len(ids) < _PAGE_SIZE or left <= 0:
                return
            question = PartQuestion(ids[-1], until, min(_PAGE_SIZE, left))
            ids = (await ladder.answer(_PRODUCTS_STEPS, question)).value

    return Stream(streamed_urls(pages()), media_type=_XML)


@get("/sitemap/brands.xml", cache_control=_KEPT)
async def give_brands(request: AnyRequest) -> Response[str]:
    """Give the pages of brands; beyond the most that a part holds there are none."""
    mark_odd()
    brands = await answer(request, _BRANDS_STEPS, MOST_ADDRESSES)
    site = _site()
    return Response(urls(site + brand_path(brand) for brand in brands), media_type=_XML)


async def _prepare(request: AnyRequest) -> None:
    await require_pages(request)
    await refresh_navigation(request)


def sitemap_router(pages: Sequence[str]) -> Router:
    """Return the routes; without pages of the site each is a 404.

    Parameters
    ----------
    pages : sequence of str
        Paths of the pages that are about no category and no product.
    """

    def all_pages(request: AnyRequest) -> list[str]:
        prefix = public_path("")
        categories = (one.url.removeprefix(prefix) for one in tree_of(request).all())
        return [*pages, *categories]

    @get("/sitemap.xml", cache_control=_KEPT)
    async def give_index(request: AnyRequest) -> Response[str]:
        """Give the addresses of all parts."""
        # It counts the whole catalogue, which says nothing about how fast other requests are.
        mark_odd()
        ends = await answer(request, _ENDS_STEPS, MOST_ADDRESSES)
        starts = range(0, len(all_pages(request)), MOST_ADDRESSES)
        parts = [_part("pages", {"after": start}) for start in starts]
        parts.append(_part("brands", {}))
        for after, until in zip(["", *ends], [*ends, None], strict=True):
            given = {"after": after} if until is None else {"after": after, "until": until}
            parts.append(_part("products", given))
        return Response(index(parts), media_type=_XML)

    @get("/sitemap/pages.xml", cache_control=_KEPT)
    async def give_pages(request: AnyRequest, after: FromQuery[int] = 0) -> Response[str]:
        """Give the pages that are about no single product, categories included."""
        start = max(after, 0)
        paths = all_pages(request)[start : start + MOST_ADDRESSES]
        site = _site()
        return Response(urls(f"{site}{path}" for path in paths), media_type=_XML)

    return Router(
        "/",
        route_handlers=[give_robots, give_index, give_pages, give_brands, give_products],
        before_request=_prepare,
        include_in_schema=False,
    )


def _part(name: str, given: Mapping[str, object]) -> str:
    address = f"{_site()}/sitemap/{name}.xml"
    return f"{address}?{urlencode(given)}" if given else address


def _site() -> str:
    """Return what stands before our paths."""
    return whole_address(public_path(""))
