"""Products as the JSON API gives them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from api.fields import PageAddress, SalePrice, product_path


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

    def __post_init__(self) -> None:
        """Give the address of our own page where the shop named none."""
        self.url = self.url or product_path(self.product_id)


class ProductPage(Struct):
    """Some products, and where the next ones are (null: these were the last)."""

    items: list[Product]
    next: Annotated[str | None, Meta(description="Address of the next page.")]
    by: Annotated[
        Literal["text", "text+vectors"] | UnsetType,
        Meta(description="Of a search: whether words alone ranked, or their meaning as well."),
    ] = UNSET
    suggestions: Annotated[
        list[str] | UnsetType,
        Meta(description="Of a search that found nothing: words of it that find something alone."),
    ] = UNSET
