"""What shops know of a product beyond its texts: address, sale price, group, language, code."""

from alsolike.revision_steps import drop_built, run_sql

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Give products the columns; a default that is constant rewrites no row."""
    run_sql(
        """
        alter table raw.products
            add column url text,
            add column sale_price numeric(12, 2),
            add column item_group_id text,
            add column is_hidden boolean not null default false,
            add column language text,
            add column gtin text;
        comment on column raw.products.url is
            'Address of the product''s page in the shop; null: our own page.';
        comment on column raw.products.sale_price is
            'What it costs now, if less than the price, in units of the currency; null: the price.';
        comment on column raw.products.item_group_id is
            'What variants of one product have in common; null: it has no variants.';
        comment on column raw.products.is_hidden is
            'Whether it is sold but not shown: in no list, search or page.';
        comment on column raw.products.language is
            'Language of the texts, a BCP 47 tag such as de or pt-BR; null: the shop''s.';
        comment on column raw.products.gtin is
            'Global trade item number (EAN, UPC, ISBN), 8 to 14 digits.';
        alter table raw.products
            add constraint products_sale_price_check check (sale_price >= 0) not valid;
        """
    )


def downgrade() -> None:
    """Take the columns away, and the views that dbt built on them."""
    for schema in ("marts", "staging"):
        drop_built(schema, kind="view")
    run_sql(
        """
        alter table raw.products
            drop column url,
            drop column sale_price,
            drop column item_group_id,
            drop column is_hidden,
            drop column language,
            drop column gtin;
        """
    )
