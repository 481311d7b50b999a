-- The products nearest to a vector that fit a filter, one of each group of variants.
-- p_query: the vector; p_model_id: whose space it lives in; p_k: rows wanted, 0 or more; p_exclude:
-- product ids to leave out, with their variants; p_filter: see recs.product_filter, null: in stock;
-- p_candidates: all that fit, where recs.few_eligible gave them: measuring those takes the place of
-- a walk through the index that rejects nearly all, which is slower and finds less; p_unlisted:
-- product ids to leave out without their variants.
-- A row: product_id and cosine similarity (-1 to 1), best first; always min(p_k, eligible groups)
-- rows.
--
-- Without a filter the HNSW index is walked. With one, the nearest products are looked at first:
-- where enough of them fit, they are the answer. Otherwise the share that fits says how far a walk
-- would go (recs.nearest_thresholds). If no more than that are in the filter's category, or fit at
-- all, those are measured; else the index is walked. A walk that finds too few is followed by
-- measuring all that fit. Variants lie close together: more rows are asked for where there are any,
-- as far as they cost little, and the search goes on while too few groups are among them.
create or replace function recs.nearest_products(
    p_query halfvec, p_model_id integer, p_k integer,
    p_exclude text [] default '{}', p_filter recs.product_filter default null,
    p_candidates text [] default null, p_unlisted text [] default '{}'
) returns table (product_id text, score real)
language plpgsql
stable
rows 20
set search_path = pg_catalog, public, pg_temp
set hnsw.ef_search = 100
set hnsw.iterative_scan = relaxed_order
as $$
declare
    most_rows constant integer := 100000000;
    -- A walk to more rows than these takes longer than to measure all that fit.
    longest_walk constant integer := 2000;
    length constant integer := vector_dims(p_query);
    has_groups constant boolean := recs.has_groups();
    left_out constant text [] := case
        when has_groups then recs.with_variants(p_exclude)
        else coalesce(array_remove(p_exclude, null), '{}')
    end || p_unlisted;
    is_filtered constant boolean := not (p_filter is null);
    thresholds record;
    vector_count real;
    fitting_count integer;
    in_category integer;
    any_stock recs.product_filter := p_filter;
    listed text [] := p_candidates;
    -- Rows to look for before one of each group is left.
    wanted integer := case when has_groups then least(3 * p_k::bigint, most_rows) else p_k end;
    is_all boolean;
    -- Whether a walk goes on until it has all rows.
    goes_on boolean := is_filtered or not has_groups;
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
            if has_groups then
                found := recs.firsts_of_groups(found);
            end if;
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
                    using p_query, left_out, wanted, p_filter;
                if has_groups then
                    found := recs.firsts_of_groups(found);
                end if;
                if cardinality(found) >= p_k then
                    return query select f.product_id, f.score from unnest(found[:p_k]) as f;
                    return;
                end if;
            end if;
            -- Only the nearest are checked for stock, so that the list comes off an index.
            any_stock.with_sold_out := true;
            listed := recs.few_eligible(any_stock, p_limit => thresholds.measured_vectors);
        end if;

        if listed is null then
            if has_groups then
                -- At first no more than the index keeps anyway: going on takes as long again.
                thresholds.walked_rows := greatest(
                    thresholds.walked_rows,
                    least(3 * thresholds.walked_rows, thresholds.ef_search)
                );
            end if;
            loop
                perform set_config('hnsw.ef_search', thresholds.ef_search::text, true);
                perform set_config(
                    'hnsw.iterative_scan',
                    case when goes_on then 'relaxed_order' else 'off' end,
                    true
                );
                execute
                    'select array_agg((n.product_id, n.score, null)::recs.scored_product) from ('
                    || recs.walk_statement(
                        p_model_id, length, case when is_filtered then 'fitting' else 'in_stock' end
                    ) || ') as n'
                    into found
                    using p_query, left_out, thresholds.walked_rows, p_filter;
                is_all := goes_on and coalesce(cardinality(found), 0) < thresholds.walked_rows;
                if has_groups then
                    found := recs.firsts_of_groups(found);
                end if;
                if cardinality(found) >= p_k then
                    return query select f.product_id, f.score from unnest(found[:p_k]) as f;
                    return;
                end if;
                exit when not has_groups or is_all or thresholds.walked_rows > longest_walk;
                goes_on := true;
                thresholds.walked_rows := 5 * thresholds.walked_rows;
                thresholds.ef_search := least(1000, 2 * thresholds.walked_rows);
            end loop;
            if is_filtered then
                listed := recs.few_eligible(p_filter, p_limit => 2147483646);
            end if;
        end if;
    end if;

    -- A list, however long, is looked up in the order of the key, whatever the planner believes of
    -- the filter.
    loop
        execute
            'select array_agg((n.product_id, n.score, null)::recs.scored_product) from ('
            || recs.measure_statement(
                p_model_id, length, case when listed is null then 'all' else 'listed' end
            ) || ') as n'
            into found
            using p_query, left_out, wanted, p_filter, listed;
        is_all := coalesce(cardinality(found), 0) < wanted;
        if has_groups then
            found := recs.firsts_of_groups(found);
        end if;
        exit when is_all or cardinality(found) >= p_k;
        wanted := least(5 * wanted::bigint, most_rows);
    end loop;
    return query select f.product_id, f.score from unnest(found[:p_k]) as f;
end;
$$;
