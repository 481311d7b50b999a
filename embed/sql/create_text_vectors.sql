-- A table of this session for the text vector of each product, numbered so that the joins that
-- follow compare numbers and go in ranges.
-- A row: product_number from 1, product_id, embedding: vector of unit length.
create temporary table text_vectors (
    product_number integer primary key,
    product_id text not null unique,
    embedding vector not null
)
