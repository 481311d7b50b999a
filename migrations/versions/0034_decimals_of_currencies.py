"""Prices have as many decimals as their currency: none in yen, three in Kuwaiti dinar."""

from alsolike.revision_steps import drop_built, run_sql

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Drop the limit of two decimals, which rewrites no row, and views that hold on to the type.

    The next `alsolike transform` makes the views again.
    """
    for schema in ("marts", "staging"):
        drop_built(schema, kind="view")
    run_sql(
        """
        alter table raw.products
            alter column price type numeric,
            alter column sale_price type numeric;
        """
    )


def downgrade() -> None:
    """Round prices to two decimals again, which rewrites the table."""
    for schema in ("marts", "staging"):
        drop_built(schema, kind="view")
    run_sql(
        """
        alter table raw.products
            alter column price type numeric(12, 2),
            alter column sale_price type numeric(12, 2);
        """
    )
