-- The text of a statement that walks the HNSW index from a vector; tests explain it.
-- p_model_id, p_dimension: the model; p_form: which products count:
--   'any': all, whatever the filter says;
--   'in_stock': those in stock, not hidden and not left out, which is planned in half the time of
--   'fitting': those that fit the filter and are not left out.
-- Parameters of the text: $1 query vector, $2 product ids to leave out, $3 rows wanted, $4 filter
-- (recs.product_filter).
-- A row: product_id and cosine similarity, best first.
--
-- Only `order by <the index's expression> <=> $1 limit n`, ascending and without a join, walks the
-- index. So a scalar subquery looks the product up: the planner leaves it where it stands, and it
-- filters during the walk. The walk's order is relaxed, which finds more than the strict one, so
-- the rows are sorted again, by `distance + 0` because the planner believes in the index's order.
create or replace function recs.walk_statement(
    p_model_id integer, p_dimension integer, p_form text
) returns text
language sql
immutable
as $$
    select format(
        'with walked as materialized ('
        '  select v.product_id, v.embedding::halfvec(%2$s) <=> $1::halfvec(%2$s) as distance'
        '  from recs.product_vectors_%1$s as v where %3$s'
        '  order by v.embedding::halfvec(%2$s) <=> $1::halfvec(%2$s) limit $3'
        ') '
        'select w.product_id, (1 - w.distance)::real as score from walked as w '
        'order by w.distance + 0, w.product_id',
        p_model_id,
        p_dimension,
        case p_form
            when 'any' then 'true'
            when 'in_stock' then
                'v.product_id <> all ($2) and ('
                '  select p.is_in_stock and not p.is_hidden from raw.products as p where p.product_id = v.product_id'
                ')'
            when 'fitting' then
                'v.product_id <> all ($2) and ('
                '  select recs.fits(p, $4) from raw.products as p where p.product_id = v.product_id'
                ')'
        end
    );
$$;
