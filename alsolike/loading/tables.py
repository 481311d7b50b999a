"""The columns of each kind of input file, as `docs/input.md` names them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of input file and the raw table it fills.

    Attributes
    ----------
    name : str
        Name of the file without its suffix, and of the table in the schema `raw`.
    columns : tuple of str
        Every column that is read; others are ignored with a note.
    required : tuple of str
        Columns that the file must have.
    time : str
        The column that holds a time.
    is_event : bool
        Rows never change once they are there; products and shoppers may.
    has_shoppers : bool
        Rows name shoppers, who become known by it.
    """

    name: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    time: str
    is_event: bool
    has_shoppers: bool

    @property
    def row_id(self) -> str:
        """The column that identifies a row."""
        return self.columns[0]


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
    ),
    required=("product_id", "title"),
    time="created_at",
    is_event=False,
    has_shoppers=False,
)
SHOPPERS = Table(
    name="shoppers",
    columns=("shopper_id", "display_name", "consent", "created_at"),
    required=("shopper_id",),
    time="created_at",
    is_event=False,
    has_shoppers=True,
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
    ),
    # And of shopper_id and order_id one.
    required=("purchase_id", "product_id", "purchased_at"),
    time="purchased_at",
    is_event=True,
    has_shoppers=True,
)
VIEWS = Table(
    name="views",
    columns=("view_id", "product_id", "viewed_at", "shopper_id", "session_id"),
    required=("view_id", "product_id", "viewed_at"),
    time="viewed_at",
    is_event=True,
    has_shoppers=True,
)
REVIEWS = Table(
    name="reviews",
    columns=(
        "review_id",
        "shopper_id",
        "product_id",
        "rating",
        "reviewed_at",
        "title",
        "body",
    ),
    required=("review_id", "shopper_id", "product_id", "rating", "reviewed_at"),
    time="reviewed_at",
    is_event=True,
    has_shoppers=True,
)

# In the order in which they depend on each other. Shoppers come before the events, so that the
# consent that their own file states is there first.
TABLES = (PRODUCTS, SHOPPERS, PURCHASES, VIEWS, REVIEWS)
