-- The products nearest to a vector: in stock, not excluded, of the category if one is given.
-- p_query: the vector; p_model_id: whose space it lives in; p_k: rows wanted, 0 or more; p_exclude:
-- product ids to leave out; p_category: path of a category, itself and all below it; null: any.
-- A row: product_id and cosine similarity (-1 to 1), best first; always min(p_k, eligible) rows.
-- Every eligible product is measured where few are eligible, and where the index gives too few.
create or replace function recs.nearest_products(
    p_query halfvec, p_model_id integer, p_k integer,
    p_exclude text [] default '{}', p_category text default null
) returns table (product_id text, score real)
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
set hnsw.ef_search = 100
set hnsw.iterative_scan = strict_order
as $$
declare
    -- Measuring this many costs about as much as walking the index, and misses nothing.
    few integer := 2000;
    length constant integer := vector_dims(p_query);
    left_out constant text [] := coalesce(array_remove(p_exclude, null), '{}');
    vector_count real;
    is_exact boolean;
    product_ids text [];
    scores real [];
begin
    if p_k is null or p_k < 0 then
        raise invalid_parameter_value using message = 'The number of rows must be 0 or more.';
    end if;

    -- No row: there is no index to walk yet.
    select c.reltuples into vector_count
    from pg_class as c
    where
        c.oid = to_regclass(format('recs.product_vectors_%s', p_model_id))
        and to_regclass(format('recs.product_vectors_%s_hnsw', p_model_id)) is not null;
    is_exact := coalesce(vector_count, 0) <= few;

    -- A walk through the index that rejects nineteen of twenty is both slower and less exact than
    -- measuring the category's own products. (This plan is made without knowing the category, and
    -- then `^@` would read the whole table: the path's range of bytes is written out instead.)
    if p_category is not null and not is_exact then
        few := least(10000, greatest(few, vector_count / 20));
        select count(*) <= few into is_exact
        from (
            select
            from raw.products as p
            where
                p.category = p_category
                or (
                    p.category ~>=~ (p_category || ' > ')
                    and p.category ~<~ (p_category || ' >!')
                )
            limit few + 1
        ) as c;
    end if;

    if not is_exact then
        execute
            'select array_agg(n.product_id), array_agg(n.score) from ('
            || recs.nearest_statement(p_model_id, length, false, p_category is not null)
            || ') as n'
            into product_ids, scores
            using p_query, left_out, p_k, p_category;
        is_exact := coalesce(cardinality(product_ids), 0) < p_k;
    end if;

    if is_exact then
        return query execute
            recs.nearest_statement(p_model_id, length, true, p_category is not null)
            using p_query, left_out, p_k, p_category;
    else
        return query select unnest(product_ids), unnest(scores);
    end if;
end;
$$;
