-- The text of the one statement that finds neighbours, so that tests can explain what serves.
-- p_model_id, p_dimension: the model; p_is_exact: measure every eligible product instead of
-- walking the HNSW index; p_has_category: whether $5 filters.
-- Parameters of the text: $1 query vector, $2 rows to take off the index, $3 product ids to leave
-- out, $4 rows wanted, $5 category path (itself and all below it).
-- A row: product_id and cosine similarity, best first.
--
-- Only `order by <the index's expression> <=> $1 limit n`, ascending and without a join, walks the
-- index; so filters and joins stand outside a materialized CTE. The exact form has no `order by`
-- inside, so that the planner cannot fall back to the index there.
create or replace function recs.nearest_statement(
    p_model_id integer, p_dimension integer, p_is_exact boolean, p_has_category boolean
) returns text
language sql
immutable
as $$
    select format(
        case
            when p_is_exact then
                'with candidates as materialized ('
                '  select v.product_id, v.embedding::halfvec(%2$s) <=> $1::halfvec(%2$s) as distance'
                '  from recs.product_vectors_%1$s as v'
                '  inner join raw.products as p on v.product_id = p.product_id'
                '  where p.is_in_stock and v.product_id <> all ($3) %3$s'
                ') '
                'select c.product_id, (1 - c.distance)::real as score from candidates as c '
                'order by c.distance, c.product_id limit $4 + 0 * $2'
            else
                'with candidates as materialized ('
                '  select v.product_id, v.embedding::halfvec(%2$s) <=> $1::halfvec(%2$s) as distance'
                '  from recs.product_vectors_%1$s as v'
                '  order by v.embedding::halfvec(%2$s) <=> $1::halfvec(%2$s) limit $2'
                ') '
                'select c.product_id, (1 - c.distance)::real as score from candidates as c '
                'inner join raw.products as p on c.product_id = p.product_id '
                'where p.is_in_stock and c.product_id <> all ($3) %3$s '
                'order by c.distance, c.product_id limit $4'
        end,
        p_model_id,
        p_dimension,
        case
            when p_has_category
                then 'and (p.category = $5 or p.category ^@ ($5 || '' > ''))'
            else 'and $5::text is null'
        end
    );
$$;
