"""What lists need of hidden products, groups of variants and sale prices, as indexes.

The two of groups are empty where no product is of a group: a look into one costs next to nothing.
"""

from alsolike.migrate import run_alone, run_sql

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Build them while the site reads and writes the products."""
    run_alone(
        "create index concurrently if not exists products_price_now "
        "on raw.products (least(price, sale_price), product_id)",
        "create index concurrently if not exists products_of_group "
        "on raw.products (item_group_id, product_id) where item_group_id is not null",
        "create index concurrently if not exists products_grouped "
        "on raw.products (product_id) include (item_group_id) where item_group_id is not null",
        "drop index concurrently if exists raw.products_price",
    )


def downgrade() -> None:
    """Build the index over the price again, and drop the others."""
    run_sql(
        """
        drop index raw.products_grouped, raw.products_of_group, raw.products_price_now;
        create index products_price on raw.products (price, product_id);
        """
    )
