-- The catalogue as pages show it. A row: a product. price as the shop wrote it, attributes as JSON,
-- created_at in ISO 8601, UTC; popularity_rank: place among the recently popular in stock, from 1;
-- is_rebuyable: 1 where shoppers buy it again and again.
create table products (
    number integer primary key,
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
    is_rebuyable integer not null
) strict
