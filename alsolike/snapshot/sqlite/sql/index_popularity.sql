-- For what is popular: the ranked first, then the newest.
create index products_popularity on products (
    popularity_rank is null, popularity_rank, created_at desc, product_id
)
