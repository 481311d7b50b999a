"""Blocks of products as HTML, for the pages of other sites."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any, Final, cast

from litestar import Response, Router, get
from litestar.di import NamedDependency, Provide
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, QueryParameter
from litestar.response import Template
from msgspec import UNSET, Struct

from alsolike.errors import UnknownProductError
from api.catalogue.cards import prices_in_words, safe_image
from api.exchange import AnyRequest
from api.fields import PICTURES_PREFIX, own_address, page_address
from api.filters import ProductFilter
from api.http.caching import SHARED
from api.http.ids import path_id, trimmed
from api.http.keys import BROWSERS, OPEN
from api.http.own_lists import check_session, has_token, own_shopper
from api.http.parameters import (
    FILTER_NAMES,
    NO_NUL,
    Excluded,
    IsMeasured,
    RowCount,
    check_names,
)
from api.impressions.told import ListItem, check_place, note
from api.ladder.requests import ask
from api.paging.continuation import decode_continuation
from api.problems.errors import InvalidFieldError, UnknownPlaceError
from api.recommendations import service
from api.recommendations.currency import filter_in_one_currency
from api.recommendations.objections import as_nobody, is_objected
from api.recommendations.questions import (
    ComplementsQuestion,
    PastQuestion,
    SimilarQuestion,
    TrendingQuestion,
    trending_list,
)
from api.recommendations.schemas import ListedProduct, RecommendationRequest

_NAMES = FILTER_NAMES | {
    "product", "count", "heading", "language", "shopper", "session", "exclude", "noted_as",
    "measurement",
}  # fmt: skip
_HEADERS: Final[Mapping[str, str]] = {
    # Whose block it is depends on the key or token.
    "Vary": "Accept-Encoding, Authorization, X-Api-Key",
    # Opened on its own, it runs nothing.
    "Content-Security-Policy": "default-src 'none'; img-src 'self' https: data:",
}


class BlockItem(Struct, frozen=True):
    """A product in a block, with what is told when it is clicked on."""

    product_id: str
    url: str
    title: str
    brand: str | None
    image_url: str | None
    price_text: str | None
    old_price_text: str | None
    model: str | None
    rank: int
    impression_id: str | None


class _Asked(Struct, frozen=True, kw_only=True):
    """What a block is asked with."""

    product_id: str | None
    shopper_id: str | None
    session_id: str | None
    k: int
    exclude: Sequence[str]
    filter: ProductFilter

    def list_parameters(self) -> dict[str, Any]:
        return {"k": self.k, "exclude": self.exclude, "filter": self.filter}

    def needed_product(self) -> str:
        """Return the product that the block is about.

        Raises
        ------
        InvalidFieldError
            There is none.
        """
        if self.product_id is None:
            message = "This place needs one: the id of the product that the page shows."
            raise InvalidFieldError("product", message)
        return self.product_id


async def _similar(request: AnyRequest, asked: _Asked) -> Sequence[ListedProduct]:
    question = SimilarQuestion(product_id=asked.needed_product(), **asked.list_parameters())
    return (await service.similar(request, question)).items


async def _goes_with(request: AnyRequest, asked: _Asked) -> Sequence[ListedProduct]:
    question = ComplementsQuestion(product_id=asked.needed_product(), **asked.list_parameters())
    return (await ask(request, service.COMPLEMENTS_STEPS, question)).value


async def _trending(request: AnyRequest, asked: _Asked) -> Sequence[ListedProduct]:
    question = TrendingQuestion(
        page=decode_continuation(None, trending_list(asked.filter)), **asked.list_parameters()
    )
    return (await service.trending(request, question)).items


async def _recommendations(request: AnyRequest, asked: _Asked) -> Sequence[ListedProduct]:
    question = RecommendationRequest(
        shopper_id=asked.shopper_id,
        session_id=asked.session_id,
        k=asked.k,
        exclude=[*asked.exclude, *filter(None, [asked.product_id])],
        filter=asked.filter,
        reasons=False,
    )
    return (await service.recommend(request, await as_nobody(request, question))).items


async def _recently_viewed(request: AnyRequest, asked: _Asked) -> Sequence[ListedProduct]:
    who = asked.shopper_id or asked.session_id
    if who is None or await is_objected(request, asked.shopper_id):
        return []
    question = PastQuestion(
        shopper_id=asked.shopper_id, session_id=asked.session_id, **asked.list_parameters()
    )
    return (await ask(request, service.VIEWED_STEPS, question, who=who)).value


async def _buy_again(request: AnyRequest, asked: _Asked) -> Sequence[ListedProduct]:
    if asked.shopper_id is None or await is_objected(request, asked.shopper_id):
        return []
    question = PastQuestion(shopper_id=asked.shopper_id, **asked.list_parameters())
    found = await ask(request, service.BUY_AGAIN_STEPS, question, who=asked.shopper_id)
    return found.value


# By the last word of the API's addresses of the same lists.
PLACES: Final[Mapping[str, Callable[[AnyRequest, _Asked], Awaitable[Sequence[ListedProduct]]]]] = {
    "buy-again": _buy_again,
    "goes-with": _goes_with,
    "recently-viewed": _recently_viewed,
    "recommendations": _recommendations,
    "similar": _similar,
    "trending": _trending,
}

ProductParameter = Annotated[
    str | None,
    QueryParameter(
        min_length=1, max_length=500, pattern=NO_NUL, description="The product that the page shows."
    ),
]
ShopperParameter = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=500,
        pattern=NO_NUL,
        description="Whose block it is, with a key; a token says it itself.",
    ),
]
SessionParameter = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=500,
        pattern=NO_NUL,
        description="Of an anonymous visitor who agreed to personalisation; with a key.",
    ),
]
HeadingParameter = Annotated[
    str | None,
    QueryParameter(
        max_length=200, pattern=NO_NUL, description="What stands above the products, if any do."
    ),
]

NotedAs = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=100,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="What you call the place of the block. With it the block is noted as shown, "
        "and its products have a `data-impression`. Without key or token it is the name of a list.",
    ),
]
LanguageParameter = Annotated[
    str | None,
    QueryParameter(
        max_length=100,
        pattern=NO_NUL,
        description="Of the page, as in its `lang`: how prices are written. Default: English.",
    ),
]


@get(
    "/{place:str}",
    summary="Read a block of products",
    operation_id="readBlock",
    opt={**BROWSERS, OPEN: True},
    responses={200: ResponseSpec(str, description="The block.", media_type="text/html")},
)
async def read_block(
    request: AnyRequest,
    place: FromPath[str],
    product_filter: NamedDependency[ProductFilter],
    *,
    product: ProductParameter = None,
    count: RowCount = 12,
    heading: HeadingParameter = None,
    language: LanguageParameter = None,
    shopper: ShopperParameter = None,
    session: SessionParameter = None,
    exclude: Excluded = None,
    noted_as: NotedAs = None,
    measurement: IsMeasured = False,
) -> Response[Any]:
    """Give a list of products as a fragment of HTML, for the page of another site.

    Nothing at all where there are no products, or the product is not known. A block of nobody in
    particular may be cached; one of a shopper is kept nowhere.
    """
    check_names(request, _NAMES)
    find = PLACES.get(place)
    if find is None:
        message = f"There is no such place; known here: {', '.join(PLACES)}."
        raise UnknownPlaceError(message)
    check_session(session)
    check_place(noted_as, [*PLACES])
    asked = _Asked(
        product_id=None if product is None else path_id(product, "product"),
        shopper_id=own_shopper(None if shopper is None else path_id(shopper, "shopper")),
        session_id=None if session is None else path_id(session, "session"),
        k=count,
        exclude=trimmed(exclude),
        filter=product_filter,
    )
    found: Sequence[ListedProduct] = ()
    # The page may be newer than the catalogue.
    with suppress(UnknownProductError):
        found = await find(request, asked)
    headers = {**_HEADERS}
    is_nobodys = asked.shopper_id is None and asked.session_id is None and not has_token()
    if is_nobodys and noted_as is None:
        headers["Cache-Control"] = SHARED.to_header()
    if not found:
        return Response("", media_type="text/html", headers=headers)
    note(
        request,
        noted_as,
        cast("Sequence[ListItem]", found),
        shopper_id=asked.shopper_id,
        session_id=asked.session_id,
        is_measured=measurement,
        page_product_id=asked.product_id,
    )
    items = [_item(product, rank, language) for rank, product in enumerate(found, start=1)]
    return Template(
        "blocks/list.html",
        context={"items": items, "place": place, "heading": heading},
        media_type="text/html",
        headers=headers,
    )


def _item(product: ListedProduct, rank: int, language: str | None) -> BlockItem:
    price, old_price = prices_in_words(
        product.price, product.sale_price, product.currency, language
    )
    return BlockItem(
        product_id=product.product_id,
        url=_safe_address(product),
        title=product.title,
        brand=product.brand,
        image_url=_safe_picture(product.image_url),
        price_text=price,
        old_price_text=old_price,
        model=getattr(product, "model", None),
        rank=rank,
        impression_id=None if product.impression_id is UNSET else product.impression_id,
    )


def _safe_address(product: ListedProduct) -> str:
    """Return the address of a product's page; ours where the shop's would run a script."""
    url = product.url
    is_path = url.startswith("/") and not url.startswith("//")
    if is_path or url.lower().startswith(("https://", "http://")):
        return url
    return page_address(None, product.product_id)


def _safe_picture(address: str | None) -> str | None:
    """Return a picture's address if pages may show it; ours always."""
    if address and address.startswith(own_address.get() + PICTURES_PREFIX):
        return address
    return safe_image(address)


def blocks_router() -> Router:
    """Return the routes of `/blocks`."""
    return Router(
        "/blocks",
        route_handlers=[read_block],
        dependencies={"product_filter": Provide(filter_in_one_currency)},
        tags=["Blocks"],
    )
