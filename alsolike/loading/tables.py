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
        Every column that the load reads; others are ignored with a note.
    required : tuple of str
        Columns that the file must have.
    time : str
        The column that holds a time.
    """

    name: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    time: str

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
)
SHOPPERS = Table(
    name="shoppers",
    columns=("shopper_id", "display_name", "consent", "created_at"),
    required=("shopper_id",),
    time="created_at",
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
    # A row must also have shopper_id or order_id.
    required=("purchase_id", "product_id", "purchased_at"),
    time="purchased_at",
)
VIEWS = Table(
    name="views",
    columns=("view_id", "product_id", "viewed_at", "shopper_id", "session_id"),
    required=("view_id", "product_id", "viewed_at"),
    time="viewed_at",
)
REVIEWS = Table(
    name="reviews",
    columns=("review_id", "shopper_id", "product_id", "rating", "reviewed_at", "title", "body"),
    required=("review_id", "shopper_id", "product_id", "rating", "reviewed_at"),
    time="reviewed_at",
)

# In the order of loading: events need their products, and the consent that shoppers stated.
TABLES = (PRODUCTS, SHOPPERS, PURCHASES, VIEWS, REVIEWS)
