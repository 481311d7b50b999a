"""The raw schema: what the shop tells us, as it told it.

The foreign keys of the event tables are `not enforced`: they tell people and tools how the tables
join, while the loader and the API check the same in the statement that inserts. Enforced ones more
than doubled the time of a bulk load (see docs/decisions/0003). Below Postgres 18, which has no such
keys, the tables have none.
"""

from alsolike.revision_steps import drop_built, drop_schema, run_sql, server_version

revision = "0002"
down_revision = "0001"

_FIRST_WITH_KEYS_NOT_ENFORCED = 180000

deletes = {
    f"raw.{table}": "true"
    for table in (
        "products",
        "shoppers",
        "consents",
        "purchases",
        "views",
        "reviews",
        "rejected_rows",
    )
}


def upgrade() -> None:
    """Create the tables, their indexes and grants."""
    run_sql(
        """
        create schema if not exists raw;
        comment on schema raw is 'What the shop told us. Written by the loader and the API.';

        create table raw.products (
            product_id text primary key,
            title text not null check (title <> ''),
            description text,
            category text,
            brand text,
            price numeric(12, 2) check (price >= 0),
            currency text,
            image_url text,
            attributes jsonb not null default '{}' check (jsonb_typeof(attributes) = 'object'),
            is_in_stock boolean not null default true,
            created_at timestamptz not null default now(),
            loaded_at timestamptz not null default now(),
            search tsvector generated always as (
                setweight(to_tsvector('english', title), 'A')
                || setweight(
                    to_tsvector('english', coalesce(brand, '') || ' ' || coalesce(category, '')),
                    'B'
                )
                || setweight(to_tsvector('english', coalesce(description, '')), 'C')
            ) stored
        );
        comment on table raw.products is 'One row per product of the catalogue.';
        comment on column raw.products.category is 'Path from the root, as in ''A > B > C''.';
        create index products_search on raw.products using gin (search);
        -- Byte order, so that a category and all below it are one range of the index.
        create index products_category on raw.products (category text_pattern_ops);

        create table raw.shoppers (
            shopper_id text primary key,
            display_name text,
            created_at timestamptz not null default now(),
            loaded_at timestamptz not null default now()
        );
        comment on table raw.shoppers is 'One row per shopper. Personal data.';

        create table raw.consents (
            consent_id bigint generated always as identity primary key,
            shopper_id text not null references raw.shoppers on delete cascade,
            purpose text not null check (purpose in ('personalisation')),
            is_granted boolean not null,
            source text not null check (source <> ''),
            recorded_at timestamptz not null default now()
        );
        comment on table raw.consents is
            'One row per decision of a shopper; the latest of a purpose holds. Personal data.';
        create index consents_latest on raw.consents (shopper_id, purpose, consent_id desc);

        create view raw.current_consents as
        select distinct on (shopper_id, purpose)
            shopper_id, purpose, is_granted, source, recorded_at
        from raw.consents
        order by shopper_id, purpose, consent_id desc;
        comment on view raw.current_consents is 'One row per shopper and purpose: what holds now.';

        create table raw.purchases (
            purchase_id text primary key,
            shopper_id text not null,
            product_id text not null,
            purchased_at timestamptz not null,
            quantity integer not null default 1 check (quantity > 0),
            unit_price numeric(12, 2) check (unit_price >= 0),
            order_id text,
            loaded_at timestamptz not null default now()
        );
        comment on table raw.purchases is 'One row per product of an order. Personal data.';
        create index purchases_of_shopper on raw.purchases (shopper_id, purchased_at desc);

        create table raw.views (
            view_id text primary key,
            product_id text not null,
            viewed_at timestamptz not null,
            shopper_id text,
            session_id text,
            loaded_at timestamptz not null default now(),
            check (shopper_id is not null or session_id is not null)
        );
        comment on table raw.views is
            'One row per look at a product page, by a shopper or an anonymous session. '
            'Personal data.';
        create index views_of_shopper on raw.views (shopper_id, viewed_at desc)
            where shopper_id is not null;
        create index views_of_session on raw.views (session_id, viewed_at desc)
            where session_id is not null;

        create table raw.reviews (
            review_id text primary key,
            shopper_id text not null,
            product_id text not null,
            rating smallint not null check (rating between 1 and 5),
            reviewed_at timestamptz not null,
            title text,
            body text,
            loaded_at timestamptz not null default now()
        );
        comment on table raw.reviews is 'One row per review. Personal data.';
        create index reviews_of_product on raw.reviews (product_id, reviewed_at desc);
        create index reviews_of_shopper on raw.reviews (shopper_id, reviewed_at desc);

        create table raw.rejected_rows (
            rejected_row_id bigint generated always as identity primary key,
            source text not null,
            line bigint not null,
            content text not null,
            reason text not null,
            rejected_at timestamptz not null default now()
        );
        comment on table raw.rejected_rows is
            'One row per input row that could not be used, kept once however often it is loaded. '
            'Personal data.';
        create unique index rejected_rows_once
            on raw.rejected_rows (source, line, md5(content), reason);

        grant usage on schema raw to alsolike_app, alsolike_analyst;
        grant select on raw.products to alsolike_analyst;
        grant select on raw.products, raw.shoppers, raw.consents, raw.current_consents,
            raw.purchases, raw.views, raw.reviews to alsolike_app;
        grant insert on raw.consents, raw.purchases, raw.views to alsolike_app;
        """
    )
    if server_version() >= _FIRST_WITH_KEYS_NOT_ENFORCED:
        run_sql(
            """
            alter table raw.purchases
                add foreign key (shopper_id) references raw.shoppers not enforced,
                add foreign key (product_id) references raw.products not enforced;
            alter table raw.views
                add foreign key (shopper_id) references raw.shoppers not enforced,
                add foreign key (product_id) references raw.products not enforced;
            alter table raw.reviews
                add foreign key (shopper_id) references raw.shoppers not enforced,
                add foreign key (product_id) references raw.products not enforced;
            """
        )


def downgrade() -> None:
    """Drop the tables with their rows, and the views that dbt built on them."""
    for schema in ("marts", "staging"):
        drop_built(schema, kind="view")
    run_sql(
        """
        drop view raw.current_consents;
        drop table raw.rejected_rows, raw.reviews, raw.views, raw.purchases, raw.consents,
            raw.shoppers, raw.products;
        """
    )
    drop_schema("raw")
