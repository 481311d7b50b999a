"""Let a filter ask for products that were made since a time."""

from alsolike.revision_steps import run_sql

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Give the filter its field."""
    run_sql(
        """
        alter type recs.product_filter add attribute created_after timestamptz;
        comment on type recs.product_filter is
            'Which products may be shown; null: any. category: a path, itself and all below it. '
            'brands: one of these. price_min, price_max: inclusive, in the product''s currency; a '
            'product without a price is within neither. attributes: has all of these (@>). '
            'with_sold_out: true for products out of stock too. created_after: made then or later.';
        """
    )


def downgrade() -> None:
    """Take the field away."""
    run_sql("alter type recs.product_filter drop attribute created_after;")
