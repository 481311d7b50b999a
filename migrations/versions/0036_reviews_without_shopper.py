"""Keep reviews of nobody known, and let a filter ask for products priced in a currency."""

from alsolike.revision_steps import run_sql

revision = "0036"
down_revision = "0035"
deletes = {"raw.reviews": "shopper_id is null"}


def upgrade() -> None:
    """Let a review have no shopper, and give the filter its field."""
    run_sql(
        """
        alter table raw.reviews alter column shopper_id drop not null;
        comment on column raw.reviews.shopper_id is 'Who wrote it; null: nobody known.';
        alter type recs.product_filter add attribute currency text;
        comment on type recs.product_filter is
            'Which products may be shown; null: any. category: a path, itself and all below it. '
            'brands: one of these. currency: that of the price. price_min, price_max: inclusive, '
            'in the product''s currency; a product without a price is within neither. attributes: '
            'has all of these (@>). with_sold_out: true for products out of stock too. '
            'created_after: made then or later.';
        """
    )


def downgrade() -> None:
    """Take the field away, and delete the reviews of nobody known: there was no room for them."""
    run_sql(
        """
        alter type recs.product_filter drop attribute currency;
        delete from raw.reviews where shopper_id is null;
        alter table raw.reviews alter column shopper_id set not null;
        comment on column raw.reviews.shopper_id is 'Who wrote it.';
        """
    )
