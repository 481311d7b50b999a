-- The text of the statement that computes and stores neighbours; tests explain it.
-- p_model_id, p_dimension: the model; p_is_exact: measure every pair instead of walking the HNSW
-- index for each product; p_has_groups: store one neighbour of each group of variants, the nearest
-- that is shown and in stock before all others, and none of the product's own.
-- Parameters of the text: $1 product ids, $2 neighbours of each, $3 how many of the nearest, the
-- product itself included, to choose them from.
-- The outer side looks up the vector of each product. The inner side is the plain
-- `order by distance limit n` that the index can answer. The exact form orders by `distance + 0`,
-- so that no index is used.
create or replace function recs.neighbours_statement(
    p_model_id integer, p_dimension integer, p_is_exact boolean, p_has_groups boolean
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
        '  select c.product_id, c.distance from (%2$s) as c '
        '  where c.product_id <> o.product_id order by c.distance, c.product_id limit $2'
        ') as n '
        'where o.model_id = %1$s and o.product_id = any ($1)',
        p_model_id,
        format(
            case
                when p_has_groups then
                    'select distinct on ('
                    '  p.variant_group_id, case when p.variant_group_id is null then l.product_id end'
                    ') l.product_id, l.distance '
                    'from (%s) as l '
                    'left join raw.products as p'
                    '  on l.product_id = p.product_id and p.variant_group_id is not null '
                    'where p.variant_group_id is null or p.variant_group_id not in ('
                    '  select w.variant_group_id from raw.products as w'
                    '  where w.product_id = o.product_id and w.variant_group_id is not null'
                    ') '
                    'order by p.variant_group_id,'
                    '  case when p.variant_group_id is null then l.product_id end,'
                    '  p.is_in_stock and not p.is_hidden desc, l.distance, l.product_id'
                else '%s'
            end,
            format(
                'select v.product_id, %2$s as distance'
                ' from recs.product_vectors_%1$s as v order by %2$s limit $3',
                p_model_id,
                format(
                    case
                        when p_is_exact
                            then '(v.embedding::halfvec(%1$s) <=> o.embedding::halfvec(%1$s)) + 0'
                        else 'v.embedding::halfvec(%1$s) <=> o.embedding::halfvec(%1$s)'
                    end,
                    p_dimension
                )
            )
        )
    );
$$;
