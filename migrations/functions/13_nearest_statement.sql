-- The text of the one statement that finds neighbours, so that tests can explain what serves.
-- p_model_id, p_dimension: the model; p_is_exact: measure every eligible product instead of
-- walking the HNSW index; p_has_category: whether $4 filters.
-- Parameters of the text: $1 query vector, $2 product ids to leave out, $3 rows wanted, $4 category
-- path (itself and all below it).
-- A row: product_id and cosine similarity, best first.
--
-- Only `order by <the index's expression> <=> $1 limit n`, ascending and without a join, walks the
-- index. So the product's own columns are looked up by a scalar subquery, which the planner leaves
-- where it stands: it filters while the index is walked, and the walk goes on (iterative scan)
-- until enough rows are through. The exact form has no `order by` next to the distance, so that
-- the planner cannot fall back to the index there; it names the model, the first column of the
-- primary key that it looks the vectors up by.
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
                '  where v.model_id = %1$s and p.is_in_stock and v.product_id <> all ($2)'
                '    and %3$s'
                ') '
                'select c.product_id, (1 - c.distance)::real as score from candidates as c '
                'order by c.distance, c.product_id limit $3'
            else
                'with candidates as materialized ('
                '  select v.product_id, v.embedding::halfvec(%2$s) <=> $1::halfvec(%2$s) as distance'
                '  from recs.product_vectors_%1$s as v'
                '  where v.product_id <> all ($2) and ('
                '    select p.is_in_stock and %3$s'
                '    from raw.products as p where p.product_id = v.product_id'
                '  )'
                '  order by v.embedding::halfvec(%2$s) <=> $1::halfvec(%2$s) limit $3'
                ') '
                'select c.product_id, (1 - c.distance)::real as score from candidates as c '
                'order by c.distance, c.product_id'
        end,
        p_model_id,
        p_dimension,
        case
            when p_has_category then '(p.category = $4 or p.category ^@ ($4 || '' > ''))'
            else '$4::text is null'
        end
    );
$$;
