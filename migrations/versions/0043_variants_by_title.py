"""Variants that the shop names no group of, found by their titles.

A trigger keeps the column that lists go by. A generated one would write the table anew, under a
lock that keeps every reader waiting: 10 s for 200,000 products.
"""

from alsolike.revision_steps import drop_built, run_alone, run_sql

revision = "0043"
down_revision = "0040"
# Any transform makes the keys again.
deletes = {"raw.title_keys": "false"}


def upgrade() -> None:
    """Add the columns, the keys of titles, and the indexes over what lists go by.

    The groups that the shop named are written a batch at a time, each in a transaction of its own,
    so that the site reads and writes the products meanwhile. What is written then has the triggers
    already.
    """
    run_sql(
        """
        alter table raw.products
            add column if not exists title_group_id text,
            add column if not exists variant_group_id text;
        comment on column raw.products.title_group_id is
            'What its title has in common with those of its variants, written by a transform; '
            'null: no other is like it, the shop named a group, or ALSOLIKE_VARIANTS_BY_TITLE '
            'is false.';
        comment on column raw.products.variant_group_id is
            'What the variants of one product have in common, as lists go by it: item_group_id, '
            'else title_group_id.';

        create or replace function raw.write_variant_group()
        returns trigger
        language plpgsql
        as $$
        begin
            new.variant_group_id := coalesce(new.item_group_id, new.title_group_id);
            return new;
        end;
        $$;
        comment on function raw.write_variant_group is
            'Keeps raw.products.variant_group_id to what it is made of.';
        revoke all on function raw.write_variant_group from public;
        create or replace trigger write_variant_group
        before insert or update of item_group_id, title_group_id, variant_group_id
        on raw.products
        for each row execute function raw.write_variant_group();

        create table if not exists raw.title_keys (
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
        """
        do $$
        declare
            last text := '';
            upto text;
        begin
            loop
                select max(b.product_id) into upto
                from (
                    select p.product_id from raw.products as p
                    where p.product_id > last and p.item_group_id is not null
                    order by p.product_id
                    limit 1000
                ) as b;
                exit when upto is null;
                update raw.products as p
                set variant_group_id = p.item_group_id
                where
                    p.product_id > last
                    and p.product_id <= upto
                    and p.item_group_id is not null
                    and p.variant_group_id is null;
                commit;
                last := upto;
            end loop;
        end;
        $$
        """,
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
        drop trigger write_variant_group on raw.products;
        alter table raw.products
            drop column variant_group_id,
            drop column title_group_id;
        drop function raw.write_variant_group;
        create index products_of_group
        on raw.products (item_group_id, product_id) where item_group_id is not null;
        create index products_grouped
        on raw.products (product_id) include (item_group_id) where item_group_id is not null;
        """
    )
