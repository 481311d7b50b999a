"""Bounds of the price hold in one currency: 100 JPY are not 100 EUR."""

from msgspec import structs

from alsolike.snapshot.reader import LocalSnapshot
from api.exchange import AnyRequest
from api.filters import ProductFilter
from api.http.parameters import product_filter
from api.ladder.ladder import Steps
from api.ladder.requests import answer
from api.recommendations.store import commonest_currency

CURRENCY_STEPS = Steps(
    commonest_currency,
    commonest_currency,
    commonest_currency,
    snapshot=lambda local, _question: LocalSnapshot.commonest_currency(local),
)


async def filter_in_one_currency(request: AnyRequest) -> ProductFilter:
    """Read the filter of a query, as `product_filter` and `in_one_currency` do."""
    return await in_one_currency(request, product_filter(request))


async def in_one_currency(request: AnyRequest, given: ProductFilter) -> ProductFilter:
    """Return a filter whose bounds of the price have a currency: that of most products by default.

    Pages do the same within their list.
    """
    has_bounds = given.price_min is not None or given.price_max is not None
    if not has_bounds or given.currency is not None:
        return given
    currency = await answer(request, CURRENCY_STEPS, None)
    return given if currency is None else structs.replace(given, currency=currency)
