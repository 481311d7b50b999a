"""Products have further pictures."""

from alsolike.revision_steps import drop_built, run_sql

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    """Add the column."""
    run_sql(
        """
        alter table raw.products
            add column more_image_urls jsonb not null default '[]'
                check (jsonb_typeof(more_image_urls) = 'array');
        comment on column raw.products.more_image_urls is
            'Addresses of further pictures, a list in the order in which they are shown.';
        """
    )


def downgrade() -> None:
    """Drop it, and the views that dbt built on the table."""
    for schema in ("marts", "staging"):
        drop_built(schema, kind="view")
    run_sql("alter table raw.products drop column more_image_urls;")
