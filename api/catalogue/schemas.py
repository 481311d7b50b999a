"""Products as the JSON API gives and takes them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from api.fields import (
    PageAddress,
    SalePrice,
    VariantCount,
    page_address,
    picture_address,
)


class Product(Struct):
    """A product of the catalogue; prices are in `currency`."""

    product_id: str
    title: str
    description: str | None
    category: Annotated[str | None, Meta(description="Path from the root: `A > B > C`.")]
    brand: str | None
    price: float | None
    sale_price: SalePrice
    currency: str | None
    image_url: str | None
    url: PageAddress
    attributes: dict[str, Any]
    is_in_stock: bool
    created_at: datetime
    variants: VariantCount
    more_image_urls: Annotated[
        list[str],
        Meta(
            description="Further pictures, in the order in which they are shown; empty where the "
            "local snapshot answers."
        ),
    ] = []

    def __post_init__(self) -> None:
        """Give addresses of our own as other sites have to write them."""
        self.url = page_address(self.url, self.product_id)
        self.image_url = picture_address(self.image_url)
        self.more_image_urls = [picture_address(one) or one for one in self.more_image_urls]


class ProductPage(Struct):
    """Some products, and where the next ones are (null: these were the last)."""

    items: list[Product]
    next: Annotated[str | None, Meta(description="Address of the next page.")]
    by: Annotated[
        Literal["text", "text+vectors"] | UnsetType,
        Meta(description="Of a search: whether words alone ranked, or their meaning as well."),
    ] = UNSET
    matches: Annotated[
        int | UnsetType,
        Meta(
            description="Of a search: how many of these products, the first ones, have the words. "
            "The others are only near in meaning.",
        ),
    ] = UNSET
    left_out: Annotated[
        list[str] | UnsetType,
        Meta(description="Of a search that no product has all words of: those that were left out."),
    ] = UNSET
    suggestions: Annotated[
        list[str] | UnsetType,
        Meta(description="Of a search that found nothing: words of it that find something alone."),
    ] = UNSET


# As in `api.fields.Id`; a file may have ids as long.
ProductId = Annotated[
    str, Meta(min_length=1, max_length=500, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")
]
ResultId = Annotated[str | None, Meta(description="null: what was sent as an id is none.")]
MOST_PRODUCTS = 1000
_Money = Annotated[float, Meta(ge=0)]
# Postgres keeps no NUL character.
_Text = Annotated[str, Meta(pattern=r"^[^\x00]*$")]


class ProductFields(Struct, forbid_unknown_fields=True, kw_only=True):
    """What a shop tells of a product. What is left out keeps its value; null empties it."""

    title: Annotated[_Text | UnsetType, Meta(description="A new product needs one.")] = UNSET
    description: _Text | UnsetType | None = UNSET
    category: Annotated[
        _Text | UnsetType | None, Meta(description="Path from the root: `A > B > C`.")
    ] = UNSET
    brand: _Text | UnsetType | None = UNSET
    price: _Money | UnsetType | None = UNSET
    sale_price: Annotated[
        _Money | UnsetType | None, Meta(description="What it costs now, if that is less.")
    ] = UNSET
    currency: Annotated[_Text | UnsetType | None, Meta(description="ISO 4217, such as EUR.")] = (
        UNSET
    )
    url: Annotated[_Text | UnsetType | None, Meta(description="Its page in the shop.")] = UNSET
    image_url: _Text | UnsetType | None = UNSET
    more_image_urls: Annotated[
        Annotated[list[_Text], Meta(max_length=50)] | UnsetType | None,
        Meta(description="Further pictures, in the order in which they are shown."),
    ] = UNSET
    attributes: dict[str, Any] | UnsetType | None = UNSET
    item_group_id: Annotated[
        _Text | UnsetType | None, Meta(description="What the variants of a product have in common.")
    ] = UNSET
    language: Annotated[_Text | UnsetType | None, Meta(description="A tag such as pt-BR.")] = UNSET
    gtin: _Text | UnsetType | None = UNSET
    is_in_stock: Annotated[bool | UnsetType, Meta(description="Of a new one: true.")] = UNSET
    is_hidden: Annotated[
        bool | UnsetType, Meta(description="Sold, and not shown. Of a new one: false.")
    ] = UNSET
    created_at: Annotated[datetime, Meta(tz=True)] | UnsetType | None = UNSET


class NewProduct(ProductFields, forbid_unknown_fields=True, kw_only=True):
    """A product to put into the catalogue."""

    product_id: ProductId


class NewProducts(Struct, forbid_unknown_fields=True):
    """Products to put into the catalogue."""

    products: Annotated[list[NewProduct], Meta(min_length=1, max_length=MOST_PRODUCTS)]


class RemovedProducts(Struct, forbid_unknown_fields=True):
    """Products to take out of the catalogue."""

    product_ids: Annotated[list[ProductId], Meta(min_length=1, max_length=MOST_PRODUCTS)]


class ProductResult(Struct):
    """What became of a product that was put."""

    product_id: ResultId
    outcome: Literal["created", "updated", "unchanged", "rejected"]
    reason: Annotated[str | None, Meta(description="Why it was rejected.")] = None
    notes: Annotated[
        list[str], Meta(description="Fields that could not be kept as they are, and why.")
    ] = []


class ProductResults(Struct):
    """What became of each product, in the order of the request."""

    results: list[ProductResult]


class RemovalResult(Struct):
    """What became of a product that was removed."""

    product_id: ResultId
    outcome: Annotated[
        Literal["removed", "unchanged", "rejected"],
        Meta(
            description="unchanged: it was removed before, or there never was one; "
            "rejected: that is no id."
        ),
    ]
    reason: Annotated[str | None, Meta(description="Why it was rejected.")] = None


class RemovalResults(Struct):
    """What became of each product, in the order of the request."""

    results: list[RemovalResult]
