-- The text of a statement that measures the distance of every product of a set, and looks at the
-- nearest until enough fit; tests explain it.
-- p_model_id, p_dimension: the model; p_form: which products:
--   'all': every one that has a vector;
--   'listed': those of a list;
--   'category': those of the filter's category and of the categories below it.
-- Parameters of the text: $1 query vector, $2 product ids to leave out, $3 rows wanted, $4 filter
-- (recs.product_filter), $5 the list, of 'listed' alone.
-- A row: product_id and cosine similarity, best first.
--
-- It orders by `distance + 0`, which is no index's expression, so that the planner cannot fall back
-- to the HNSW index. It names the model, the first column of the primary key that finds a vector.
create or replace function recs.measure_statement(
    p_model_id integer, p_dimension integer, p_form text
) returns text
language sql
immutable
as $$
    select format(
        'with measured as materialized ('
        '  select v.product_id,'
        '    (v.embedding::halfvec(%2$s) <=> $1::halfvec(%2$s)) + 0 as distance'
        '  from recs.product_vectors_%1$s as v where %3$s'
        '  order by distance, v.product_id'
        ') '
        'select m.product_id, (1 - m.distance)::real as score from measured as m '
        'where m.product_id <> all ($2)'
        '  and (select recs.fits(p, $4) from raw.products as p where p.product_id = m.product_id) '
        'limit $3',
        p_model_id,
        p_dimension,
        case p_form
            when 'all' then 'true'
            when 'listed' then
                format(
                    'v.model_id = %s and v.product_id = any (array(select unnest($5)))', p_model_id
                )
            when 'category' then
                'v.category = ($4).category or v.category ^@ (($4).category || '' > '')'
        end
    );
$$;
