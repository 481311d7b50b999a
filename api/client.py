"""A client of the JSON API, for the shop's own Python programs.

It needs urllib3 and msgspec, and nothing of the server. A client may be shared by threads.
"""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote, urlencode, urljoin

import msgspec
import urllib3
from msgspec import Struct

from alsolike.errors import AlsolikeError
from alsolike.purposes import Purpose
from api.catalogue.schemas import (
    NewProduct,
    NewProducts,
    Product,
    ProductFields,
    ProductPage,
    ProductResult,
    ProductResults,
    RemovalResult,
    RemovalResults,
    RemovedProducts,
)
from api.events.schemas import EventOutcomes, EventResult, NewEvent, NewEvents
from api.events.segment_schemas import SegmentBatch, SegmentCall, SegmentOutcomes
from api.fields import Diversity
from api.filters import PARAMETERS, ProductFilter
from api.health.schemas import Liveness, Readiness
from api.privacy.schemas import Erasure
from api.problems.details import Problem
from api.recommendations.schemas import (
    BoughtProducts,
    Complements,
    RecommendationRequest,
    RecommendedProducts,
    SimilarLists,
    SimilarProducts,
    SimilarRequest,
    TrendingProducts,
    ViewedProducts,
)
from api.visitors.schemas import Consent, Shopper

Answer = TypeVar("Answer", bound=Struct)
_Parameter = str | float | Sequence[str] | None

_FIRST_ERROR = 400
# Worth another try: too many requests for now, a proxy without its server, no database.
_PASSING = frozenset({429, 502, 503, 504})


class ApiError(AlsolikeError):
    """The API refused a request, or could not answer it.

    Attributes
    ----------
    problem : Problem
        What it said: status, detail, the fields at fault, the id of the request in its log.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.instance}: {problem.status} {problem.title}: {problem.detail}")
        self.problem = problem


class ApiUnreachableError(AlsolikeError):
    """The API could not be reached, or its answer did not come in time."""


class Client:
    """The API's operations as methods, under their names in the OpenAPI document.

    Passing failures (no connection, 429, 502, 503, 504) are tried again after a pause that grows,
    or after `Retry-After`. Every operation may be repeated: most only read, an event is recorded
    once, however often its id is sent, and what a product or a consent is said to be it stays.

    Parameters
    ----------
    site : str
        Address of the site, as in `https://shop.example`.
    api_key : str, optional
        One of the keys of `ALSOLIKE_API_KEYS`.
    timeout : float
        Seconds for connecting, and again between two pieces of the answer.
    retries : int
        Further tries.
    longest_pause : int
        Seconds; `Retry-After` counts no longer than this.
    connections : int
        Kept open for later requests; as many threads can ask at once without new ones.

    Raises
    ------
    ApiError
        By every method, for an answer of 400 and above.
    ApiUnreachableError
        By every method, after the last try.
    """

    def __init__(
        self,
        site: str,
        *,
        api_key: str | None = None,
        timeout: float = 2.0,
        retries: int = 2,
        longest_pause: int = 2,
        connections: int = 8,
    ) -> None:
        headers = urllib3.make_headers(accept_encoding=True, user_agent="alsolike-client")
        if api_key is not None:
            headers["Authorization"] = f"Bearer {api_key}"
        self._site = site.rstrip("/") + "/"
        self._pool = urllib3.PoolManager(
            maxsize=connections,
            headers=headers,
            timeout=urllib3.Timeout(connect=timeout, read=timeout),
            retries=urllib3.Retry(
                total=retries,
                # Every method, because every operation may be repeated.
                allowed_methods=None,
                status_forcelist=_PASSING,
                backoff_factor=0.1,
                backoff_jitter=0.1,
                backoff_max=longest_pause,
                retry_after_max=longest_pause,
                redirect=0,
                # The last answer has the problem.
                raise_on_status=False,
                raise_on_redirect=False,
            ),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def list_products(
        self,
        *,
        category: str | None = None,
        q: str | None = None,
        after: str | None = None,
        limit: int = 20,
    ) -> ProductPage:
        """List products, or search them."""
        given = {"category": category, "q": q, "after": after, "limit": limit}
        return self._get("v1/products", ProductPage, given)

    def next_products(self, page: ProductPage) -> ProductPage | None:
        """Read the page after a page of `list_products`; None after the last."""
        return None if page.next is None else self._get(page.next, ProductPage)

    def read_product(self, product_id: str) -> Product:
        """Read a product."""
        return self._get(f"v1/products/{_segment(product_id)}", Product)

    def put_products(self, products: Sequence[NewProduct]) -> ProductResults:
        """Create or update up to 1,000 products; each result says what became of one."""
        return self._ask("PUT", "v1/products", ProductResults, NewProducts(list(products)))

    def put_product(self, product_id: str, fields: ProductFields) -> ProductResult:
        """Create or update a product; `ApiError` if it is rejected."""
        return self._ask("PUT", f"v1/products/{_segment(product_id)}", ProductResult, fields)

    def remove_products(self, product_ids: Sequence[str]) -> RemovalResults:
        """Take up to 1,000 products out of the catalogue."""
        body = RemovedProducts(list(product_ids))
        return self._ask("DELETE", "v1/products", RemovalResults, body)

    def remove_product(self, product_id: str) -> RemovalResult:
        """Take a product out of the catalogue."""
        return self._ask("DELETE", f"v1/products/{_segment(product_id)}", RemovalResult)

    def similar_products(
        self,
        product_id: str,
        *,
        k: int = 10,
        product_filter: ProductFilter | None = None,
        exclude: Sequence[str] = (),
        model: str | None = None,
        reasons: bool = False,
        place: str | None = None,
        shopper: str | None = None,
        session: str | None = None,
        measurement: bool = False,
    ) -> SimilarProducts:
        """Find the products that are most like a product."""
        given = {
            "k": k,
            "place": place,
            "shopper": shopper,
            "session": session,
            "measurement": measurement,
            "exclude": exclude,
            "model": model,
            "reasons": reasons,
        }
        path = f"v1/products/{_segment(product_id)}/similar"
        return self._get(path, SimilarProducts, {**given, **_filter(product_filter)})

    def similar_products_of_many(self, request: SimilarRequest) -> SimilarLists:
        """Find the products that are most like each of several."""
        return self._ask("POST", "v1/similar", SimilarLists, request)

    def complements(
        self,
        product_id: str,
        *,
        k: int = 10,
        product_filter: ProductFilter | None = None,
        exclude: Sequence[str] = (),
        place: str | None = None,
        shopper: str | None = None,
        session: str | None = None,
        measurement: bool = False,
    ) -> Complements:
        """Find what goes with a product."""
        given = {
            "k": k,
            "place": place,
            "shopper": shopper,
            "session": session,
            "measurement": measurement,
            "exclude": exclude,
            **_filter(product_filter),
        }
        return self._get(f"v1/products/{_segment(product_id)}/goes-with", Complements, given)

    def trending_products(
        self,
        *,
        k: int = 10,
        product_filter: ProductFilter | None = None,
        exclude: Sequence[str] = (),
        after: str | None = None,
        place: str | None = None,
        shopper: str | None = None,
        session: str | None = None,
        measurement: bool = False,
    ) -> TrendingProducts:
        """Find what is popular these days."""
        given = {
            "k": k,
            "place": place,
            "shopper": shopper,
            "session": session,
            "measurement": measurement,
            "exclude": exclude,
            "after": after,
            **_filter(product_filter),
        }
        return self._get("v1/trending", TrendingProducts, given)

    def recommend_products(
        self,
        shopper_id: str,
        *,
        k: int = 10,
        product_filter: ProductFilter | None = None,
        exclude: Sequence[str] = (),
        diversity: Diversity | None = None,
        reasons: bool = True,
        after: str | None = None,
        model: str | None = None,
        place: str | None = None,
    ) -> RecommendedProducts:
        """Find what a shopper may also like."""
        given = {
            "place": place,
            "k": k,
            "exclude": exclude,
            "diversity": diversity,
            "reasons": reasons,
            "after": after,
            "model": model,
        }
        path = f"v1/shoppers/{_segment(shopper_id)}/recommendations"
        return self._get(path, RecommendedProducts, {**given, **_filter(product_filter)})

    def recommend(self, request: RecommendationRequest) -> RecommendedProducts:
        """Find what somebody may also like: a shopper, a session, a basket, a history."""
        return self._ask("POST", "v1/recommendations", RecommendedProducts, request)

    def recently_viewed_products(
        self,
        shopper_id: str,
        *,
        k: int = 10,
        product_filter: ProductFilter | None = None,
        exclude: Sequence[str] = (),
        place: str | None = None,
    ) -> ViewedProducts:
        """Find what a shopper looked at last."""
        given = {"k": k, "place": place, "exclude": exclude, **_filter(product_filter)}
        path = f"v1/shoppers/{_segment(shopper_id)}/recently-viewed"
        return self._get(path, ViewedProducts, given)

    def recently_viewed_in_session(
        self,
        session_id: str,
        *,
        k: int = 10,
        product_filter: ProductFilter | None = None,
        exclude: Sequence[str] = (),
        place: str | None = None,
        measurement: bool = False,
    ) -> ViewedProducts:
        """Find what an anonymous session looked at last."""
        given = {
            "k": k,
            "place": place,
            "measurement": measurement,
            "exclude": exclude,
            **_filter(product_filter),
        }
        path = f"v1/sessions/{_segment(session_id)}/recently-viewed"
        return self._get(path, ViewedProducts, given)

    def buy_again_products(
        self,
        shopper_id: str,
        *,
        k: int = 10,
        product_filter: ProductFilter | None = None,
        exclude: Sequence[str] = (),
        place: str | None = None,
    ) -> BoughtProducts:
        """Find what a shopper may be about to buy again."""
        given = {"k": k, "place": place, "exclude": exclude, **_filter(product_filter)}
        return self._get(f"v1/shoppers/{_segment(shopper_id)}/buy-again", BoughtProducts, given)

    def record_event(self, event: NewEvent) -> EventResult:
        """Record an event, once."""
        return self._ask("POST", "v1/events", EventResult, event)

    def record_events(self, events: Sequence[NewEvent]) -> EventOutcomes:
        """Record up to 500 events, each once; each result says what became of one.

        Send those with the status 503 again: there was no time for them.
        """
        return self._ask("POST", "v1/events", EventOutcomes, NewEvents(list(events)))

    def record_segment(self, calls: Sequence[SegmentCall]) -> SegmentOutcomes:
        """Record up to 500 calls of Segment's ecommerce specification."""
        return self._ask("POST", "v1/segment", SegmentOutcomes, SegmentBatch(list(calls)))

    def record_consent(
        self,
        shopper_id: str,
        *,
        personalisation: bool,
        measurement: bool | None = None,
        display_name: str | None = None,
    ) -> Shopper:
        """State what a shopper consents to; a new shopper becomes known.

        `measurement` None leaves that as they decided before.
        """
        path = f"v1/shoppers/{_segment(shopper_id)}"
        consent = Consent(personalisation, display_name, measurement)
        return self._ask("PUT", path, Shopper, consent)

    def erase_shopper(self, shopper_id: str) -> Erasure:
        """Delete every row of a shopper, and keep them out."""
        return self._ask("DELETE", f"v1/shoppers/{_segment(shopper_id)}", Erasure)

    def withdraw_consent(self, shopper_id: str, *, purpose: Purpose | None = None) -> Shopper:
        """Record that a shopper does not consent to a purpose, or to any; or not any more."""
        given = "" if purpose is None else f"?{urlencode({'purpose': purpose})}"
        path = f"v1/shoppers/{_segment(shopper_id)}/consent{given}"
        return self._ask("DELETE", path, Shopper)

    def read_block(
        self,
        place: str,
        *,
        product: str | None = None,
        count: int = 12,
        heading: str | None = None,
        language: str | None = None,
        shopper: str | None = None,
        session: str | None = None,
        product_filter: ProductFilter | None = None,
        exclude: Sequence[str] = (),
        noted_as: str | None = None,
        measurement: bool = False,
    ) -> str:
        """Read a list of products as HTML for a page of the shop; empty where there is none."""
        given = {
            "noted_as": noted_as,
            "measurement": measurement,
            "product": product,
            "count": count,
            "heading": heading,
            "language": language,
            "shopper": shopper,
            "session": session,
            **_filter(product_filter),
            "exclude": exclude,
        }
        response = self._request("GET", _with_query(f"blocks/{_segment(place)}", given))
        return response.data.decode()

    def live(self) -> Liveness:
        """Ask whether the process answers."""
        return self._get("health/live", Liveness)

    def ready(self) -> Readiness:
        """Ask whether requests can be answered."""
        return self._get("health/ready", Readiness)

    def _get(
        self, path: str, answer: type[Answer], given: Mapping[str, _Parameter] | None = None
    ) -> Answer:
        return self._ask("GET", _with_query(path, given or {}), answer)

    def _ask(
        self, method: str, path: str, answer: type[Answer], body: Struct | None = None
    ) -> Answer:
        response = self._request(method, path, body)
        try:
            return msgspec.json.decode(response.data, type=answer)
        except msgspec.MsgspecError as error:
            address = urljoin(self._site, path)
            message = f"{method} {address}: the answer is not one of alsolike: {error}."
            raise ApiUnreachableError(message) from error

    def _request(
        self, method: str, path: str, body: Struct | None = None
    ) -> urllib3.BaseHTTPResponse:
        address = urljoin(self._site, path)
        try:
            response = self._pool.request(
                method,
                address,
                body=None if body is None else msgspec.json.encode(body),
                headers=None
                if body is None
                else {**self._pool.headers, "Content-Type": "application/json"},
            )
        except urllib3.exceptions.HTTPError as error:
            message = f"{method} {address}: {error}. Check that the site runs and is reachable."
            raise ApiUnreachableError(message) from error
        if response.status >= _FIRST_ERROR:
            raise ApiError(_problem(response, path))
        return response


def _with_query(path: str, given: Mapping[str, _Parameter]) -> str:
    query = urlencode({k: _as_text(v) for k, v in given.items() if v is not None}, doseq=True)
    return f"{path}?{query}" if query else path


def _filter(product_filter: ProductFilter | None) -> dict[str, _Parameter]:
    """Write a filter as the parameters of a query."""
    given: dict[str, Any] = {} if product_filter is None else msgspec.to_builtins(product_filter)
    return {
        PARAMETERS[field]: msgspec.json.encode(value).decode() if isinstance(value, dict) else value
        for field, value in given.items()
    }


def _as_text(value: _Parameter) -> _Parameter:
    """Write true and false as the API reads them."""
    return str(value).lower() if isinstance(value, bool) else value


def _segment(value: str) -> str:
    return quote(value, safe="")


def _problem(response: urllib3.BaseHTTPResponse, path: str) -> Problem:
    """Read the problem of an answer, or make one of what somebody on the way answered instead."""
    try:
        return msgspec.json.decode(response.data, type=Problem)
    except msgspec.MsgspecError:
        return Problem(
            title=response.reason or "Error",
            status=response.status,
            detail=response.data.decode(errors="replace")[:200],
            instance=path,
        )
