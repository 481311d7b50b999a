"""Variants that the shop names no group of, found by their titles.

The column that lists go by is computed from both, which writes the table of products anew.
"""

from alsolike.revision_steps import drop_built, run_alone, run_sql

revision = "0043"
down_revision = "0040"
# Any transform makes the keys again.
deletes = {"raw.title_keys": "false"}


def upgrade() -> None:
    """Add the columns, the keys of titles, and the indexes over what lists go by."""
    run_sql(
        """
        alter table raw.products
            add column title_group_id text,
            add column variant_group_id text
            generated always as (coalesce(item_group_id, title_group_id)) stored;
        comment on column raw.products.title_group_id is
            'What its title has in common with those of its variants, written by a transform; '
            'null: no other is like it, the shop named a group, or ALSOLIKE_VARIANTS_BY_TITLE '
            'is false.';
        comment on column raw.products.variant_group_id is
            'What the variants of one product have in common, as lists go by it: item_group_id, '
            'else title_group_id.';

        create table raw.title_keys (
            product_id text primary key,
            loaded_at timestamptz not null,
            title_key text
        );
        comment on table raw.title_keys is
            'One row per product: what is left of its title without colour, size and material '
            '(raw.title_key), so that a transform works out only what changed.';
        comment on column raw.title_keys.product_id is 'The product.';
        comment on column raw.title_keys.loaded_at is
            'raw.products.loaded_at of the row that the key was made from.';
        comment on column raw.title_keys.title_key is
            'Equal for variants of one product; null: its title says too little.';

        -- Its answer has another name now.
        drop function if exists recs.products_with_words(
            tsquery, tsquery, text, text, text, integer, text []
        );
        """
    )
    run_alone(
        "create index concurrently if not exists products_of_variants "
        "on raw.products (variant_group_id, product_id) where variant_group_id is not null",
        "create index concurrently if not exists products_with_variants "
        "on raw.products (product_id) include (variant_group_id) "
        "where variant_group_id is not null",
        "drop index concurrently if exists raw.products_of_group",
        "drop index concurrently if exists raw.products_grouped",
    )


def downgrade() -> None:
    """Drop the columns and the keys, and build the indexes over the shop's own groups."""
    for schema in ("marts", "staging"):
        drop_built(schema, kind="view")
    run_sql(
        """
        drop table raw.title_keys;
        alter table raw.products
            drop column variant_group_id,
            drop column title_group_id;
        create index products_of_group
        on raw.products (item_group_id, product_id) where item_group_id is not null;
        create index products_grouped
        on raw.products (product_id) include (item_group_id) where item_group_id is not null;
        """
    )
