"""Products have further pictures, and those of a brand come off an index."""

from alsolike.revision_steps import run_alone, run_sql

revision = "0052"
down_revision = "0047"


def upgrade() -> None:
    """Add the column, and make the index."""
    run_sql(
        """
        alter table raw.products
            add column if not exists more_image_urls jsonb not null default '[]'
                check (jsonb_typeof(more_image_urls) = 'array');
        comment on column raw.products.more_image_urls is
            'Addresses of further pictures, in the order in which they are shown.';
        """
    )
    run_alone(
        "create index concurrently if not exists products_of_brand "
        "on raw.products (brand, created_at desc, product_id) "
        "where brand is not null and not is_hidden"
    )


def downgrade() -> None:
    """Drop both."""
    run_sql(
        """
        drop index raw.products_of_brand;
        alter table raw.products drop column more_image_urls;
        """
    )
