"""The filter that every list of products takes.

A field here is a field of a body and a parameter of a query, of the OpenAPI document and of the
client.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import force_setattr

from api.fields import Price, Text, in_utc


class ProductFilter(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which products may be shown; what is left out filters nothing."""

    category: Annotated[
        Text | None,
        Meta(
            description="Path of a category, `A > B`: products of it and of all below it.",
            examples=["Kitchen > Knives"],
        ),
    ] = None
    brands: Annotated[
        Annotated[list[Text], Meta(max_length=100)] | None,
        Meta(description="One of these brands.", examples=[["Plainly"]]),
    ] = None
    currency: Annotated[
        Annotated[str, Meta(pattern=r"^[A-Za-z]{3}$")] | None,
        Meta(
            description="Priced in this currency, by its ISO 4217 code. Bounds of the price "
            "without it are about products in the currency of most of the catalogue.",
            examples=["EUR"],
        ),
    ] = None
    price_min: Annotated[Price | None, Meta(examples=[5.0])] = None
    price_max: Annotated[Price | None, Meta(examples=[100.0])] = None
    attributes: Annotated[
        dict[str, Any] | None,
        Meta(
            description="Products that have all of these attributes with these values.",
            examples=[{"colour": "grey"}],
        ),
    ] = None
    with_sold_out: Annotated[
        bool,
        Meta(
            description="Products out of stock too; they are left out otherwise.", examples=[False]
        ),
    ] = False
    created_after: Annotated[
        Annotated[datetime, Meta(tz=True)] | None,
        Meta(
            description="New since: products made at this time or later; with a zone.",
            examples=["2020-01-01T00:00:00Z"],
        ),
    ] = None

    def __post_init__(self) -> None:
        """Bring the time to UTC: the local snapshot compares times as text."""
        if self.created_after is not None:
            force_setattr(self, "created_after", in_utc(self.created_after))

    def as_json(self) -> str | None:
        """Return what `jsonb_populate_record` makes a `recs.product_filter` of; None for none."""
        text = msgspec.json.encode(self).decode()
        return None if text == "{}" else text


# The parameter of a query that each field is: of a list one value, which may be repeated.
PARAMETERS: Final[Mapping[str, str]] = {
    field: {"brands": "brand"}.get(field, field) for field in ProductFilter.__struct_fields__
}


def field_schema(field: str) -> dict[str, Any]:
    """Return the JSON schema of a field, without the null that stands for its absence."""
    schema = dict(_SCHEMA["properties"][field])
    for kind in schema.pop("anyOf", ()):
        if kind["type"] != "null":
            schema = {**kind, **schema}
    if schema.get("default", ...) is None:
        del schema["default"]
    return schema


_SCHEMA: Final = msgspec.json.schema_components([ProductFilter])[1]["ProductFilter"]
