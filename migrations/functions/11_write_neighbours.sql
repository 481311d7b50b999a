-- Compute and keep the nearest products of some products, replacing what was kept.
-- p_model_id: the model; p_product_ids: the products; p_k: neighbours of each.
-- Returns the number of rows written. Sessions may run it side by side on disjoint products.
-- Stock is left to the reader: it changes faster than neighbours do.
create or replace function recs.write_neighbours(
    p_model_id integer, p_product_ids text [], p_k integer
) returns bigint
language plpgsql
set search_path = pg_catalog, public
set hnsw.ef_search = 80
set hnsw.iterative_scan = strict_order
as $$
declare
    length integer;
    written bigint;
begin
    select m.dimension into strict length from recs.models as m where m.model_id = p_model_id;

    delete from recs.neighbours as n
    where n.model_id = p_model_id and n.product_id = any (p_product_ids);

    execute format(
        'insert into recs.neighbours (model_id, product_id, rank, neighbour_id, score) '
        'select %1$s, o.product_id, row_number() over (partition by o.product_id '
        '  order by n.distance, n.product_id), n.product_id, (1 - n.distance)::real '
        'from recs.product_vectors_%1$s as o '
        'cross join lateral ('
        '  select c.product_id, c.distance from ('
        '    select v.product_id, v.embedding::halfvec(%2$s) <=> o.embedding::halfvec(%2$s) '
        '      as distance '
        '    from recs.product_vectors_%1$s as v '
        '    order by v.embedding::halfvec(%2$s) <=> o.embedding::halfvec(%2$s) limit $2 + 1'
        '  ) as c where c.product_id <> o.product_id order by c.distance limit $2'
        ') as n '
        'where o.product_id = any ($1)',
        p_model_id, length
    ) using p_product_ids, p_k;
    get diagnostics written = row_count;
    return written;
end;
$$;
