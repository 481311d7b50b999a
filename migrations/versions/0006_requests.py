"""Filters on any attribute of a product, and the indexes that find by them.

The functions that took a category take a filter instead; the old ones go, for their parameters
differ.
"""

from alsolike.revision_steps import run_alone, run_sql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the filter's type and the indexes; drop the functions of before."""
    run_alone(
        "create index concurrently if not exists products_brand on raw.products (brand)",
        "create index concurrently if not exists products_price on raw.products (price)",
        "create index concurrently if not exists products_attributes "
        "on raw.products using gin (attributes jsonb_path_ops)",
    )
    run_sql(
        """
        create type recs.product_filter as (
            category text,
            brands text [],
            price_min numeric,
            price_max numeric,
            attributes jsonb,
            with_sold_out boolean
        );
        comment on type recs.product_filter is
            'Which products may be shown; null: any. category: a path, itself and all below it. '
            'brands: one of these. price_min, price_max: inclusive, in the product''s currency; a '
            'product without a price is within neither. attributes: has all of these (@>). '
            'with_sold_out: true for products out of stock too.';

        drop function if exists recs.nearest_statement(integer, integer, boolean, boolean);
        drop function if exists recs.nearest_products(halfvec, integer, integer, text [], text);
        drop function if exists recs.popular_products(integer, text [], text, integer);
        drop function if exists recs.similar_products(text, integer, text [], text, text);
        drop function if exists recs.recommend(text, integer, text [], text, text);
        drop function if exists recs.recommend_with_reasons(
            text, text, integer, text [], text, text, integer, timestamptz
        );
        drop function if exists recs.recent_actions(text, text, jsonb, timestamptz);
        drop function if exists recs.scored_products(
            integer, text [], real [], text [], text, integer
        );
        drop function if exists recs.goes_with(text, integer, text []);
        """
    )


def downgrade() -> None:
    """Drop them."""
    run_sql(
        """
        drop type recs.product_filter;
        drop index raw.products_attributes, raw.products_price, raw.products_brand;
        """
    )
