-- Whether the schema is there. Works in an empty database too.
-- A row: one boolean, whether there is the function that serves.
select
    to_regproc('recs.similar_products') is not null as has_schema
