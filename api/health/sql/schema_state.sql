-- Whether the schema is there. Works in an empty database too.
-- A row: one boolean, of the migrations' own table and the function that serves.
select
    to_regclass('public.schema_revision') is not null
    and to_regproc('recs.similar_products') is not null as has_schema
