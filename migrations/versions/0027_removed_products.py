"""Products that the shop removed over HTTP stay as rows, because purchases are of them."""

from alsolike.revision_steps import run_sql

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Add the column."""
    run_sql(
        """
        alter table raw.products add column removed_at timestamptz;
        comment on column raw.products.removed_at is
            'When the shop removed it; null: it is in the catalogue. A removed product is hidden '
            'and out of stock, and a new one when the shop names its id again.';
        """
    )


def downgrade() -> None:
    """Take the column away; what was removed stays hidden and out of stock."""
    run_sql("alter table raw.products drop column removed_at;")
