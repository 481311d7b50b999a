-- The catalogue as pages show it. The reader takes `p.*` by position: another order of columns is
-- another format version.
-- A row: a product. price, sale_price: as the shop wrote them; attributes: JSON; created_at: ISO
-- 8601, UTC; popularity_rank: place among the recently popular in stock, from 1; is_rebuyable: 1
-- where shoppers buy it again and again; variant_group_id: what its variants have in common, by the
-- shop or by their titles; prior: what the model scores it for everybody, null: nothing;
-- repurchase_factor: what a purchase of it counts towards others of its category, null: all;
-- variants: how many others of its group are in stock; number: its name in the other tables.
create table products (
    product_id text not null unique,
    title text not null,
    description text,
    category text,
    brand text,
    price text,
    currency text,
    image_url text,
    attributes text not null,
    is_in_stock integer not null,
    created_at text not null,
    rating_average real,
    review_count integer not null,
    popularity_rank integer,
    is_rebuyable integer not null,
    sale_price text,
    url text,
    variant_group_id text,
    prior real,
    repurchase_factor real,
    variants integer not null,
    number integer primary key
) strict
