"""The newest products of a large category come off an index."""

from alsolike.revision_steps import run_alone, run_sql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the index."""
    run_alone(
        "create index concurrently if not exists products_newest "
        "on raw.products (created_at desc, product_id)"
    )


def downgrade() -> None:
    """Drop it."""
    run_sql("drop index raw.products_newest;")
