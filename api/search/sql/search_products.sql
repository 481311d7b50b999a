-- A page of what a search finds, as recs.search_products says.
-- words: as people type them; query: the words' vector, null: words alone, without a type here,
-- because pgvector may be in any schema; encoder_id: the encoder it is of, null: there is none;
-- category: path of a category, itself and all below it, null: any; after_score, after_id: score
-- and product id of the last row of the page before, null: the first page; row_count: rows wanted;
-- has_one_of_group: whether of a group of variants there is one, or all that are found.
-- One row: whether the vector was compared, the product ids best first, their scores, what of the
-- words products have, null: nothing, and which words they lack.
with found as (
    select
        f.product_id,
        f.score,
        f.found_by,
        f.left_out,
        f.place
    from
        recs.search_products(
            %(words)s::text, %(query)s, %(encoder_id)s::integer,
            %(row_count)s::integer, %(category)s::text,
            %(after_score)s::double precision, %(after_id)s::text,
            %(has_one_of_group)s::boolean
        ) with ordinality
            as f (product_id, score, text_rank, vector_rank, found_by, left_out, place)
)

select
    %(encoder_id)s::integer is not null
    and (
        select count(*) > 0
        from recs.search_space(%(words)s::text, %(encoder_id)s::integer)
    ) as is_by_vector,
    coalesce(array_agg(f.product_id order by f.place), '{}') as product_ids,
    coalesce(array_agg(f.score order by f.place), '{}') as scores,
    max(f.found_by) as found_by,
    coalesce(max(f.left_out), '{}') as left_out
from found as f
