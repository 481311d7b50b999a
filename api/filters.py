"""The filter that every list of products takes."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from api.fields import Price, Text


class ProductFilter(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which products may be shown; what is left out filters nothing."""

    category: Annotated[
        Text | None, Meta(description="Path `A > B`: products of it and of all below it.")
    ] = None
    brands: Annotated[
        Annotated[list[Text], Meta(max_length=100)] | None, Meta(description="One of these.")
    ] = None
    price_min: Price | None = None
    price_max: Price | None = None
    attributes: Annotated[
        dict[str, Any] | None,
        Meta(description="Products that have all of these attributes with these values."),
    ] = None
    with_sold_out: Annotated[
        bool, Meta(description="Products out of stock too; they are left out otherwise.")
    ] = False

    def as_json(self) -> str | None:
        """Return what `jsonb_populate_record` makes a `recs.product_filter` of; None for none."""
        text = msgspec.json.encode(self).decode()
        return None if text == "{}" else text
