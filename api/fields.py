"""Single fields that requests and answers share."""

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
PageAddress = Annotated[
    str, Meta(description="Of its page: the shop's own, else the path of ours.")
]


def product_path(product_id: str) -> str:
    """Return the path of a product's page on this site."""
    return f"/products/{quote(product_id, safe='')}"
