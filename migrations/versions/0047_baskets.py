"""Baskets of the site's visitors."""

from alsolike.revision_steps import run_sql

revision = "0047"
down_revision = "0046"
# What lies in a basket was not bought yet.
deletes = {"raw.baskets": "true", "raw.basket_lines": "true"}


def upgrade() -> None:
    """Make the tables of baskets and of what lies in them."""
    run_sql(
        """
        create table raw.baskets (
            basket_id text primary key check (basket_id <> ''),
            shopper_id text,
            changed_at timestamptz not null default now(),
            check (basket_id = 'shopper:' || shopper_id)
        );
        comment on table raw.baskets is
            'One row per basket of the site: of a shopper, or of a visitor without an account.';
        comment on column raw.baskets.basket_id is
            'shopper: and the shopper''s id; of a visitor without an account random, and kept in '
            'their site session.';
        comment on column raw.baskets.shopper_id is 'Whose it is; null: of a visitor.';
        comment on column raw.baskets.changed_at is 'When a product was last put in or taken out.';

        create index on raw.baskets (shopper_id) where shopper_id is not null;
        create index on raw.baskets (changed_at) where shopper_id is null;

        create table raw.basket_lines (
            basket_id text not null references raw.baskets on delete cascade,
            product_id text not null,
            quantity integer not null check (quantity between 1 and 99),
            added_at timestamptz not null default clock_timestamp(),
            primary key (basket_id, product_id)
        );
        comment on table raw.basket_lines is
            'One row per product that lies in a basket now. What was put in at some time is in '
            'raw.basket_additions, of those who agreed.';
        comment on column raw.basket_lines.basket_id is 'The basket, of raw.baskets.';
        comment on column raw.basket_lines.product_id is
            'The product; the catalogue may have lost it since.';
        comment on column raw.basket_lines.quantity is 'Pieces.';
        comment on column raw.basket_lines.added_at is 'When it was first put in.';

        grant select, insert, update, delete on raw.baskets, raw.basket_lines to alsolike_app;
        """
    )


def downgrade() -> None:
    """Drop the tables."""
    run_sql("drop table raw.basket_lines, raw.baskets")
