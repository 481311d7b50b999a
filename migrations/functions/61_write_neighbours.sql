-- Compute and store the nearest products of some products, in place of those that are stored.
-- p_model_id: the model, an unknown one raises no_data_found; p_product_ids: the products; p_k:
-- neighbours of each, at least 1.
-- Returns the number of rows written: min(p_k, vectors - 1) for each product that has a vector.
-- Sessions may run it at the same time for different products. Products out of stock are neighbours
-- too: stock changes faster than neighbours do, so readers filter by it.
create or replace function recs.write_neighbours(
    p_model_id integer, p_product_ids text [], p_k integer
) returns bigint
language plpgsql
set search_path = pg_catalog, public, pg_temp
set hnsw.ef_search = 80
set hnsw.iterative_scan = strict_order
as $$
declare
    whole_vectors constant integer := (
        select t.whole_vectors from recs.nearest_thresholds(p_k) as t
    );
    length integer;
    vector_count bigint;
    short_ids text [] := p_product_ids;
    written bigint;
    rewritten bigint;
begin
    if p_k is null or p_k < 1 then
        raise invalid_parameter_value using message = 'The number of neighbours must be 1 or more.';
    end if;
    select m.dimension into strict length from recs.models as m where m.model_id = p_model_id;

    delete from recs.neighbours as n
    where n.model_id = p_model_id and n.product_id = any (p_product_ids);

    -- Count only as far as the comparisons below need.
    execute format(
        'select count(*) from (select from recs.product_vectors_%s limit $1) as v', p_model_id
    ) into vector_count using greatest(whole_vectors, p_k) + 1;

    if vector_count > whole_vectors
        and to_regclass(format('recs.product_vectors_%s_hnsw', p_model_id)) is not null then
        execute recs.neighbours_statement(p_model_id, length, false) using p_product_ids, p_k;
        get diagnostics written = row_count;
        if written = p_k * cardinality(p_product_ids) then
            return written;
        end if;
        -- An index scan may end early: measure the products that have too few neighbours.
        execute format(
            'select array_agg(v.product_id) from recs.product_vectors_%s as v '
            'where v.model_id = $3 and v.product_id = any ($1) and $2 > ('
            '  select count(*) from recs.neighbours as n'
            '  where n.model_id = $3 and n.product_id = v.product_id'
            ')',
            p_model_id
        ) into short_ids using p_product_ids, least(p_k, vector_count - 1), p_model_id;
        delete from recs.neighbours as n
        where n.model_id = p_model_id and n.product_id = any (short_ids);
        get diagnostics rewritten = row_count;
        written := written - rewritten;
    else
        written := 0;
    end if;

    execute recs.neighbours_statement(p_model_id, length, true) using short_ids, p_k;
    get diagnostics rewritten = row_count;
    return written + rewritten;
end;
$$;
