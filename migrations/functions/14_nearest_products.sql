-- The products nearest to a vector that fit a filter.
-- p_query: the vector; p_model_id: whose space it lives in; p_k: rows wanted, 0 or more; p_exclude:
-- product ids to leave out; p_filter: see recs.product_filter, null: in stock; p_candidates: all
-- that fit, where recs.few_eligible gave them: measuring those takes the place of a walk through the
-- index that rejects nearly all, which is slower and finds less.
-- A row: product_id and cosine similarity (-1 to 1), best first; always min(p_k, eligible) rows.
--
-- Without a filter the HNSW index is walked. With one that keeps many, the nearest products are
-- looked at first: where enough of them fit, they are the answer. Otherwise their share tells how
-- far a walk would go. The vectors of the category asked for, or what fits, are counted up to where
-- measuring them would be as good, and measured if those are all; else the walk goes on. A walk
-- meets products the more out of order the farther it goes, so where few fit more are met than
-- wanted, and many more where none of the nearest does: what fits lies in another department then.
create or replace function recs.nearest_products(
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
    -- Measuring this many costs about as much as walking the index, and misses nothing.
    few constant integer := 2000;
    length constant integer := vector_dims(p_query);
    left_out constant text [] := coalesce(array_remove(p_exclude, null), '{}');
    is_filtered constant boolean := not (p_filter is null);
    -- So many of the nearest products are looked at under a filter.
    looked constant integer := greatest(150, 2 * p_k);
    fitting integer;
    share double precision;
    met integer := p_k;
    most integer;
    listed recs.product_filter := p_filter;
    in_category integer;
    candidates text [] := p_candidates;
    vector_count real;
    form text;
    product_ids text [];
    scores real [];
begin
    if p_k is null or p_k < 0 then
        raise invalid_parameter_value using message = 'The number of rows must be 0 or more.';
    end if;
    if p_k = 0 then
        return;
    end if;

    if p_candidates is not null then
        form := 'chosen';
    else
        -- No row: there is no index to walk yet.
        select c.reltuples into vector_count
        from pg_class as c
        where
            c.oid = to_regclass(format('recs.product_vectors_%s', p_model_id))
            and to_regclass(format('recs.product_vectors_%s_hnsw', p_model_id)) is not null;
        form := case
            when coalesce(vector_count, 0) <= few then 'exact'
            when is_filtered then 'look'
            else 'walk_all'
        end;
    end if;

    if form = 'look' then
        perform set_config('hnsw.ef_search', least(1000, looked)::text, true);
        execute
            'select array_agg(n.product_id) filter (where n.does_fit and n.product_id <> all ($2)), '
            'array_agg(n.score) filter (where n.does_fit and n.product_id <> all ($2)), '
            'count(*) filter (where n.does_fit) from ('
            || recs.nearest_statement(p_model_id, length, 'look') || ') as n'
            into product_ids, scores, fitting
            using p_query, left_out, looked, p_filter;
        if cardinality(product_ids) >= p_k then
            return query select unnest(product_ids[:p_k]), unnest(scores[:p_k]);
            return;
        end if;
        share := fitting::double precision / looked;
        most := recs.exact_limit(p_k, share);
        if p_filter.category is not null then
            execute recs.nearest_statement(p_model_id, length, 'category_size')
            into in_category
            using p_query, left_out, most, p_filter;
            if in_category between p_k and most then
                execute
                    'select array_agg(n.product_id), array_agg(n.score) from ('
                    || recs.nearest_statement(p_model_id, length, 'category') || ') as n'
                    into product_ids, scores
                    using p_query, left_out, p_k, p_filter;
                if cardinality(product_ids) >= p_k then
                    return query select unnest(product_ids[:p_k]), unnest(scores[:p_k]);
                    return;
                end if;
            end if;
        end if;
        -- Whether they are in stock is looked up of the nearest alone, so that the list comes off an
        -- index.
        listed.with_sold_out := true;
        candidates := recs.few_eligible(listed, p_limit => most);
        form := case when candidates is null then 'walk' else 'chosen' end;
        met := p_k * case when share >= 0.035 then 1 when share > 0 then 3 else 30 end;
        perform set_config('hnsw.ef_search', case when share > 0 then '200' else '400' end, true);
    elsif form = 'walk_all' and p_k > 50 then
        -- The index gives that many at once; what is left out may be among them.
        perform set_config('hnsw.ef_search', least(1000, 2 * p_k)::text, true);
    end if;
    if form in ('walk', 'walk_all') then
        execute
            'select array_agg(n.product_id), array_agg(n.score) from ('
            || recs.nearest_statement(p_model_id, length, form) || ') as n'
            into product_ids, scores
            using p_query, left_out, met, p_filter;
        if cardinality(product_ids) >= p_k then
            return query select unnest(product_ids[:p_k]), unnest(scores[:p_k]);
            return;
        end if;
        form := 'exact';
        if is_filtered then
            form := 'chosen';
            candidates := recs.few_eligible(p_filter, p_limit => 2147483646);
        end if;
    end if;

    -- A list, however long, is looked up in the order of the key, whatever the planner believes of
    -- the filter.
    return query execute recs.nearest_statement(p_model_id, length, form)
        using p_query, left_out, p_k, p_filter, candidates;
end;
$$;
