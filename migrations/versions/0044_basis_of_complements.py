"""What goes with a product says whether pairs of products or of categories tell so."""

from alsolike.revision_steps import run_sql

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    """Add the column to the mart of before, which holds pairs of products until dbt builds anew."""
    run_sql(
        """
        do $$
        begin
            if to_regclass('marts.product_complements') is not null then
                alter table marts.product_complements
                    add column if not exists basis text not null default 'pair';
                comment on column marts.product_complements.basis is
                    'pair or category - whether baskets hold the products, or their categories.';
            end if;
        end
        $$;
        """
    )


def downgrade() -> None:
    """Leave the column: nothing reads it, and dbt builds the mart anew."""
