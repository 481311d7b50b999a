-- The products nearest to a vector that fit a filter, every variant of a group by itself. Lists are
-- made of recs.nearest_products.
-- p_query: the vector; p_model_id: whose space it lives in; p_k: rows wanted, 0 or more; p_exclude:
-- product ids to leave out; p_filter: see recs.product_filter, null: in stock; p_candidates: all
-- that fit, where recs.few_eligible gave them: measuring those takes the place of a walk through the
-- index that rejects nearly all, which is slower and finds less.
-- A row: product_id and cosine similarity (-1 to 1), best first; always min(p_k, eligible) rows.
--
-- Without a filter the HNSW index is walked. With one, the nearest products are looked at first:
-- where enough of them fit, they are the answer. Otherwise the share that fits says how far a walk
-- would go (recs.nearest_thresholds). If no more than that are in the filter's category, or fit at
-- all, those are measured; else the index is walked. A walk that finds too few is followed by
-- measuring all that fit.
create or replace function recs.nearest_variants(
    p_query halfvec, p_model_id integer, p_k integer,
    p_exclude text [] default '{}', p_filter recs.product_filter default null,
    p_candidates text [] default null
) returns table (product_id text, score real)
language plpgsql
stable
rows 20
set search_path = pg_catalog, public, pg_temp
set hnsw.ef_search = 100
set hnsw.iterative_scan = relaxed_order
as $$
declare
    length constant integer := vector_dims(p_query);
    left_out constant text [] := coalesce(array_remove(p_exclude, null), '{}');
    is_filtered constant boolean := not (p_filter is null);
    thresholds record;
    vector_count real;
    fitting_count integer;
    in_category integer;
    any_stock recs.product_filter := p_filter;
    listed text [] := p_candidates;
    found recs.scored_product [];
begin
    if p_k is null or p_k < 0 then
        raise invalid_parameter_value using message = 'The number of rows must be 0 or more.';
    end if;
    if p_k = 0 then
        return;
    end if;
    select t.* into thresholds from recs.nearest_thresholds(p_k) as t;
    if listed is null then
        -- No row: there is no index to walk yet.
        select c.reltuples into vector_count
        from pg_class as c
        where
            c.oid = to_regclass(format('recs.product_vectors_%s', p_model_id))
            and to_regclass(format('recs.product_vectors_%s_hnsw', p_model_id)) is not null;
    end if;

    if vector_count > thresholds.whole_vectors then
        if is_filtered then
            perform set_config(
                'hnsw.ef_search', least(1000, thresholds.looked_rows)::text, true
            );
            -- Without `offset 0` Postgres would look up twice whether a product fits.
            execute
                'select array_agg((n.product_id, n.score, null)::recs.scored_product)'
                '    filter (where n.does_fit and n.product_id <> all ($2)),'
                '  count(*) filter (where n.does_fit) '
                'from ('
                '  select w.product_id, w.score, ('
                '    select recs.fits(p, $4) from raw.products as p'
                '    where p.product_id = w.product_id'
                '  ) as does_fit from ('
                || recs.walk_statement(p_model_id, length, 'any') || ') as w offset 0'
                ') as n'
                into found, fitting_count
                using p_query, left_out, thresholds.looked_rows, p_filter;
            if cardinality(found) >= p_k then
                return query select f.product_id, f.score from unnest(found[:p_k]) as f;
                return;
            end if;

            select t.* into thresholds
            from recs.nearest_thresholds(
                p_k, fitting_count::double precision / thresholds.looked_rows
            ) as t;
            if p_filter.category is not null then
                in_category := recs.category_size(
                    p_model_id, p_filter.category, thresholds.measured_vectors
                );
            end if;
            if in_category between p_k and thresholds.measured_vectors then
                execute
                    'select array_agg((n.product_id, n.score, null)::recs.scored_product) from ('
                    || recs.measure_statement(p_model_id, length, 'category') || ') as n'
                    into found
                    using p_query, left_out, p_k, p_filter;
                if cardinality(found) >= p_k then
                    return query select f.product_id, f.score from unnest(found) as f;
                    return;
                end if;
            end if;
            -- Only the nearest are checked for stock, so that the list comes off an index.
            any_stock.with_sold_out := true;
            listed := recs.few_eligible(any_stock, p_limit => thresholds.measured_vectors);
        end if;

        if listed is null then
            perform set_config('hnsw.ef_search', thresholds.ef_search::text, true);
            execute
                'select array_agg((n.product_id, n.score, null)::recs.scored_product) from ('
                || recs.walk_statement(
                    p_model_id, length, case when is_filtered then 'fitting' else 'in_stock' end
                ) || ') as n'
                into found
                using p_query, left_out, thresholds.walked_rows, p_filter;
            if cardinality(found) >= p_k then
                return query select f.product_id, f.score from unnest(found[:p_k]) as f;
                return;
            end if;
            if is_filtered then
                listed := recs.few_eligible(p_filter, p_limit => 2147483646);
            end if;
        end if;
    end if;

    -- A list, however long, is looked up in the order of the key, whatever the planner believes of
    -- the filter.
    return query execute recs.measure_statement(
        p_model_id, length, case when listed is null then 'all' else 'listed' end
    )
        using p_query, left_out, p_k, p_filter, listed;
end;
$$;
