-- The text of the statement that finds the nearest products, so that tests can explain it.
-- p_model_id, p_dimension: the model; p_form: how they are found.
--   walk: walk the HNSW index, and go on until enough products fit;
--   walk_all: the same without a filter, which is planned in half the time;
--   look: the nearest products of the index, whether they fit or not;
--   exact: measure every product that fits;
--   chosen: measure those of a list, and look at the nearest until enough fit;
--   category: the same of all in a category and in those below it;
--   category_size: count those, up to one more than $3: a row is a number.
-- Parameters of the text: $1 query vector, $2 product ids to leave out, $3 rows wanted, $4 filter
-- (recs.product_filter), $5 the list, of `chosen` alone.
-- A row: product_id and cosine similarity, best first; of `look` also whether it fits.
--
-- Only `order by <the index's expression> <=> $1 limit n`, ascending and without a join, walks the
-- index. So the product's own columns are looked up by a scalar subquery, which the planner leaves
-- where it stands: it filters while the index is walked. The walk's order is relaxed, which finds
-- more than the strict one, and so its rows are sorted again: by `distance + 0`, because the
-- planner believes in the index's order. The exact forms have no `order by` next to the distance,
-- so that the planner cannot fall back to the index there; they name the model, the first column
-- of the primary key that they look the vectors up by.
create or replace function recs.nearest_statement(
    p_model_id integer, p_dimension integer, p_form text
) returns text
language sql
immutable
as $$
    select format(
        case
            when p_form = 'walk' then
                'with found as materialized ('
                '  select v.product_id, v.embedding::halfvec(%2$s) <=> $1::halfvec(%2$s) as distance'
                '  from recs.product_vectors_%1$s as v'
                '  where v.product_id <> all ($2)'
                '    and (select recs.fits(p, $4) from raw.products as p'
                '      where p.product_id = v.product_id)'
                '  order by v.embedding::halfvec(%2$s) <=> $1::halfvec(%2$s) limit $3'
                ') '
                'select f.product_id, (1 - f.distance)::real as score from found as f '
                'order by f.distance + 0, f.product_id'
            when p_form = 'walk_all' then
                'with found as materialized ('
                '  select v.product_id, v.embedding::halfvec(%2$s) <=> $1::halfvec(%2$s) as distance'
                '  from recs.product_vectors_%1$s as v'
                '  where v.product_id <> all ($2) and ('
                '    select p.is_in_stock from raw.products as p where p.product_id = v.product_id'
                '  )'
                '  order by v.embedding::halfvec(%2$s) <=> $1::halfvec(%2$s) limit $3'
                ') '
                'select f.product_id, (1 - f.distance)::real as score from found as f '
                'order by f.distance + 0, f.product_id'
            when p_form = 'look' then
                'with found as materialized ('
                '  select v.product_id, v.embedding::halfvec(%2$s) <=> $1::halfvec(%2$s) as distance'
                '  from recs.product_vectors_%1$s as v'
                '  order by v.embedding::halfvec(%2$s) <=> $1::halfvec(%2$s) limit $3'
                ') '
                'select f.product_id, (1 - f.distance)::real as score, coalesce(('
                '  select recs.fits(p, $4) from raw.products as p'
                '  where p.product_id = f.product_id'
                '), false) as does_fit '
                'from found as f order by f.distance + 0, f.product_id'
            when p_form = 'exact' then
                'with found as materialized ('
                '  select v.product_id, v.embedding::halfvec(%2$s) <=> $1::halfvec(%2$s) as distance'
                '  from recs.product_vectors_%1$s as v'
                '  inner join raw.products as p on v.product_id = p.product_id'
                '  where v.model_id = %1$s and v.product_id <> all ($2) and recs.fits(p, $4)'
                ') '
                'select f.product_id, (1 - f.distance)::real as score from found as f '
                'order by f.distance, f.product_id limit $3'
            when p_form in ('chosen', 'category') then
                'with sorted as materialized ('
                '  select v.product_id,'
                '    (v.embedding::halfvec(%2$s) <=> $1::halfvec(%2$s)) + 0 as distance'
                '  from recs.product_vectors_%1$s as v where '
                || case p_form
                    when 'chosen' then
                        'v.model_id = %1$s and v.product_id = any (array(select unnest($5)))'
                    else 'v.category = ($4).category or v.category ^@ (($4).category || '' > '')'
                end
                || '  order by distance, v.product_id'
                ') '
                'select s.product_id, (1 - s.distance)::real as score from sorted as s '
                'where s.product_id <> all ($2)'
                '  and (select recs.fits(p, $4) from raw.products as p'
                '    where p.product_id = s.product_id) '
                'limit $3'
            when p_form = 'category_size' then
                -- One operator at a time, so that it comes off the index alone.
                'select count(*) from ('
                '  select from recs.product_vectors_%1$s as v where v.category = ($4).category'
                '  union all'
                '  select from recs.product_vectors_%1$s as v'
                '  where v.category ^@ (($4).category || '' > '')'
                '  limit $3 + 1'
                ') as c'
        end,
        p_model_id,
        p_dimension
    );
$$;
