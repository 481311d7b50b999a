"""Single fields that requests and answers share."""

from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Annotated, Literal
from urllib.parse import quote

from msgspec import Meta

# Postgres keeps no NUL character, so none is let in. Blanks around an id are no part of it.
Id = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]
Text = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
Price = Annotated[float, Meta(ge=0, description="Inclusive, in the product's currency.")]
Diversity = Literal["none", "low", "medium", "high"]
SalePrice = Annotated[
    float | None,
    Meta(description="What it costs now, if less than the price; null: the price."),
]
PageAddress = Annotated[str, Meta(description="Of its page: the shop's own, else that of ours.")]
VariantCount = Annotated[
    int, Meta(description="How many other variants of it are shown and in stock.")
]
PICTURES_PREFIX = "/pictures/"

# What precedes a path of ours where another site shows it: the prefix at a proxy, behind the
# origin if a setting has it. Empty in a client.
own_address: ContextVar[str] = ContextVar("own_address", default="")


def product_path(product_id: str) -> str:
    """Return the path of a product's page on this site."""
    return f"/products/{quote(product_id, safe='')}"


def in_utc(time: datetime) -> datetime:
    """Return the same moment in UTC.

    Raises
    ------
    ValueError
        It lies outside the years 1 to 9999 there.
    """
    try:
        return time.astimezone(UTC)
    except OverflowError as error:
        message = "The time is out of range."
        raise ValueError(message) from error


def page_address(url: str | None, product_id: str) -> str:
    """Return the address of a product's page: the shop's own, else that of ours."""
    return url or own_address.get() + product_path(product_id)


def picture_address(url: str | None) -> str | None:
    """Return the address of a picture; one of ours as other sites have to write it."""
    return own_address.get() + url if url and url.startswith(PICTURES_PREFIX) else url
