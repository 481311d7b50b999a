"""Checks for Schemathesis: the valid is accepted, or refused for what it means; the rest is not.

A schema cannot say that a category exists, that a cursor came from this list, or that an event is
of a shopper or a session but not both. A refusal of anything else that fits the schema is a fault.
"""

import re

import schemathesis
from schemathesis.core.failures import Failure
from schemathesis.specs.openapi.checks import (
    negative_data_rejection,
    positive_data_acceptance,
)

MEANINGS = {
    "after",
    "attributes",
    # With a messageId it could be one call, too.
    "batch",
    "body",
    "category",
    "event_id",
    "events.unit_price",
    # Neither how deep an object may be, nor that no text in it holds a NUL.
    "filter.attributes",
    "filter.category",
    "filter.price_min",
    "history.occurred_at",
    "impression_id",
    "model",
    "occurred_at",
    "order_id",
    "place",
    "price_min",
    # Of a place that needs one.
    "product",
    "product_id",
    "products.attributes",
    "properties.price",
    "properties.products.price",
    "purchase_id",
    "quantity",
    "rating",
    "session_id",
    "shopper_id",
    "title",
    "unit_price",
}


@schemathesis.check
def acceptance(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> bool | None:
    """Fail where data that fits the schema is refused by its form."""
    try:
        return positive_data_acceptance(ctx, response, case)
    except Failure:
        errors = response.json().get("errors", [])
        if (
            response.status_code == 400
            and errors
            and {_name(e["field"]) for e in errors} <= MEANINGS
        ):
            return None
        raise


@schemathesis.check
def rejection(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> bool | None:
    """Fail where data that does not fit the schema is taken, as a whole or as an item."""
    try:
        return negative_data_rejection(ctx, response, case)
    except Failure:
        results = response.json().get("results", [])
        if any(one.get("status") == 400 or one.get("outcome") == "rejected" for one in results):
            return None
        raise


def _name(field: str) -> str:
    # Within attributes any name may stand.
    return re.sub(r"\battributes\..*", "attributes", re.sub(r"\[\d+\]", "", field), flags=re.DOTALL)
