-- Compute and store the nearest products of some products, in place of those that are stored.
-- p_model_id: the model, an unknown one raises no_data_found; p_product_ids: the products; p_k:
-- neighbours of each, at least 1.
-- Returns the number of rows written: min(p_k, vectors - 1) for each product that has a vector.
-- Where products are of groups of variants, one of each other group is a neighbour, of up to
-- 50 * (p_k + 1) nearest products; of all of them where the vectors are few.
-- Sessions may run it at the same time for different products. Products out of stock are neighbours
-- too: stock changes faster than neighbours do, so readers filter by it. Of a group one in stock is
-- taken first.
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
    written bigint := 0;
    rewritten bigint;
    has_groups constant boolean := recs.has_groups();
    factor integer;
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
        -- Variants lie close together: so many more are looked at, and more again where too few
        -- groups were among them.
        foreach factor in array
            case when has_groups then array[5, 50] else array[1] end
        loop
            execute recs.neighbours_statement(p_model_id, length, false, has_groups)
                using short_ids, p_k, factor * (p_k + 1);
            get diagnostics rewritten = row_count;
            written := written + rewritten;
            exit when written = p_k * cardinality(p_product_ids);
            -- Too few of a group, or an index scan that ended early.
            execute format(
                'select array_agg(v.product_id) from recs.product_vectors_%s as v '
                'where v.model_id = $3 and v.product_id = any ($1) and $2 > ('
                '  select count(*) from recs.neighbours as n'
                '  where n.model_id = $3 and n.product_id = v.product_id'
                ')',
                p_model_id
            ) into short_ids using p_product_ids, least(p_k, vector_count - 1), p_model_id;
            exit when short_ids is null or has_groups and factor = 50;
            delete from recs.neighbours as n
            where n.model_id = p_model_id and n.product_id = any (short_ids);
            get diagnostics rewritten = row_count;
            written := written - rewritten;
        end loop;
        if has_groups or written = p_k * cardinality(p_product_ids) then
            return written;
        end if;
    end if;

    -- The products that have too few neighbours are measured.
    execute recs.neighbours_statement(p_model_id, length, true, has_groups)
        using short_ids, p_k, case when has_groups then vector_count else p_k + 1 end;
    get diagnostics rewritten = row_count;
    return written + rewritten;
end;
$$;
