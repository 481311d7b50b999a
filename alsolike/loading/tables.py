"""The columns of each kind of input file, as `docs/input.md` names them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from alsolike.shop_texts import PRODUCT_TEXTS, REVIEW_TEXTS, SHOPPER_TEXTS


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of input file and the raw table it fills.

    Attributes
    ----------
    name : str
        Name of the file without its suffix, and of the table in the schema `raw`.
    columns : tuple of str
        Every column that the load reads; others are ignored with a note.
    needed : tuple of str or tuple of str
        What each row must have: a column, or one of several.
    longest : dict of str to int
        The most bytes in a column. An index entry holds about 2,700. An event's product has no
        limit here, because it must be one that is loaded.
    time : str
        The column that holds a time.
    texts : dict of str to Callable
        The columns that may hold HTML, and what makes each plain.
    """

    name: str
    columns: tuple[str, ...]
    needed: tuple[str | tuple[str, ...], ...]
    longest: dict[str, int]
    time: str
    texts: Mapping[str, Callable[[str], str]] = field(
        default_factory=dict[str, Callable[[str], str]]
    )

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that the file must have."""
        return tuple(need for need in self.needed if isinstance(need, str))

    @property
    def row_id(self) -> str:
        """The column that identifies a row."""
        return self.columns[0]

    @property
    def noun(self) -> str:
        """What a row is."""
        return self.name.removesuffix("s")


PRODUCTS = Table(
    name="products",
    columns=(
        "product_id",
        "title",
        "description",
        "category",
        "brand",
        "price",
        "currency",
        "image_url",
        "attributes",
        "in_stock",
        "created_at",
        "url",
        "sale_price",
        "item_group_id",
        "is_hidden",
        "language",
        "gtin",
        "more_image_urls",
    ),
    needed=("product_id", "title"),
    longest={"product_id": 500, "title": 5000},
    time="created_at",
    texts=PRODUCT_TEXTS,
)
SHOPPERS = Table(
    name="shoppers",
    columns=("shopper_id", "display_name", "consent", "created_at", "measurement"),
    needed=("shopper_id",),
    longest={"shopper_id": 500},
    time="created_at",
    texts=SHOPPER_TEXTS,
)
PURCHASES = Table(
    name="purchases",
    columns=(
        "purchase_id",
        "shopper_id",
        "product_id",
        "purchased_at",
        "quantity",
        "unit_price",
        "order_id",
        "status",
    ),
    needed=("purchase_id", ("shopper_id", "order_id"), "product_id", "purchased_at"),
    longest={"purchase_id": 500, "shopper_id": 500, "order_id": 500},
    time="purchased_at",
)
VIEWS = Table(
    name="views",
    columns=("view_id", "product_id", "viewed_at", "shopper_id", "session_id"),
    needed=("view_id", "product_id", "viewed_at", ("shopper_id", "session_id")),
    longest={"view_id": 500, "shopper_id": 500, "session_id": 500},
    time="viewed_at",
)
REVIEWS = Table(
    name="reviews",
    columns=("review_id", "shopper_id", "product_id", "rating", "reviewed_at", "title", "body"),
    needed=("review_id", "product_id", "rating", "reviewed_at"),
    longest={"review_id": 500, "shopper_id": 500},
    time="reviewed_at",
    texts=REVIEW_TEXTS,
)
RETURNS = Table(
    name="returns",
    columns=("return_id", "purchase_id", "returned_at", "quantity"),
    needed=("return_id", "purchase_id", "returned_at"),
    longest={"return_id": 500},
    time="returned_at",
)

# In the order of loading: events need their products and the consent that shoppers stated, and
# returns their purchases.
TABLES = (PRODUCTS, SHOPPERS, PURCHASES, VIEWS, REVIEWS, RETURNS)
