"""The newest products of a large category come off an index."""

from alsolike.migrate import run_sql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the index."""
    run_sql(
        """
        set local lock_timeout = '5s';
        create index products_newest on raw.products (created_at desc, product_id);
        """
    )


def downgrade() -> None:
    """Drop it."""
    run_sql("drop index raw.products_newest;")
