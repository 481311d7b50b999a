"""What was pulled from the shop's own tables: how far, and which rows."""

from alsolike.revision_steps import run_sql

revision = "0033"
down_revision = "0032"
# A pull that compares all rows makes both again.
deletes = {"ops.pulls": "false", "ops.pulled_rows": "false"}


def upgrade() -> None:
    """Create the tables; only the owner reads them."""
    run_sql(
        """
        create table ops.pulls (
            view text primary key,
            fingerprint text not null,
            watermark timestamptz,
            compared_at timestamptz not null,
            pulled_at timestamptz not null
        );
        comment on table ops.pulls is
            'One row per mapping view of the shop''s tables: how far it was pulled.';
        comment on column ops.pulls.view is 'What it holds: products, shoppers, purchases ….';
        comment on column ops.pulls.fingerprint is
            'Of the database, schema, definition and columns that were pulled; with another one '
            'all rows are compared.';
        comment on column ops.pulls.watermark is
            'The newest updated_at that was pulled, no later than the source''s clock; null: it '
            'has none.';
        comment on column ops.pulls.compared_at is
            'When all its rows were last compared, which shows those that are gone.';
        comment on column ops.pulls.pulled_at is 'When it was last pulled.';

        create table ops.pulled_rows (
            view text not null,
            row_id text not null,
            hash bigint not null,
            gone_at timestamptz,
            primary key (view, row_id)
        );
        comment on table ops.pulled_rows is
            'One row per row of a mapping view that was stored. Personal data.';
        comment on column ops.pulled_rows.view is 'See ops.pulls.';
        comment on column ops.pulled_rows.row_id is 'Its product_id, shopper_id, purchase_id ….';
        comment on column ops.pulled_rows.hash is 'Of its content when it was stored.';
        comment on column ops.pulled_rows.gone_at is
            'When a pull first missed it; only for shoppers, whose rows are kept.';
        """
    )


def downgrade() -> None:
    """Drop the tables."""
    run_sql("drop table ops.pulled_rows, ops.pulls;")
