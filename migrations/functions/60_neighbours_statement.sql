-- The text of the statement that computes and stores neighbours; tests explain it.
-- p_model_id, p_dimension: the model; p_is_exact: measure every pair instead of walking the HNSW
-- index for each product.
-- Parameters of the text: $1 product ids, $2 neighbours of each.
-- The outer side looks up the vector of each product. The inner side is the plain
-- `order by distance limit n` that the index can answer; it reads one row more than wanted, because
-- a product is its own nearest. The exact form orders by `distance + 0`, so that no index is used.
create or replace function recs.neighbours_statement(
    p_model_id integer, p_dimension integer, p_is_exact boolean
) returns text
language sql
immutable
as $$
    select format(
        'insert into recs.neighbours (model_id, product_id, rank, neighbour_id, score) '
        'select %1$s, o.product_id, row_number() over ('
        '  partition by o.product_id order by n.distance, n.product_id'
        '), n.product_id, (1 - n.distance)::real '
        'from recs.product_vectors_%1$s as o '
        'cross join lateral ('
        '  select c.product_id, c.distance from ('
        '    select v.product_id, %3$s as distance'
        '    from recs.product_vectors_%1$s as v order by %3$s limit $2 + 1'
        '  ) as c where c.product_id <> o.product_id order by c.distance, c.product_id limit $2'
        ') as n '
        'where o.model_id = %1$s and o.product_id = any ($1)',
        p_model_id,
        p_dimension,
        format(
            case
                when p_is_exact
                    then '(v.embedding::halfvec(%1$s) <=> o.embedding::halfvec(%1$s)) + 0'
                else 'v.embedding::halfvec(%1$s) <=> o.embedding::halfvec(%1$s)'
            end,
            p_dimension
        )
    );
$$;
