-- The products most like a product, found in one of three ways. What is left out, what fits, what
-- a reason is called and what fills up is the same for all of them.
-- p_way:
--   'vectors': a trained model's neighbours, then the nearest by vector;
--   'neighbours': the neighbours that are stored, of any model; no vector is read;
--   'popular': popular products alone.
-- The other parameters and the rows: see recs.similar_products.
create or replace function recs.similar_by(
    p_way text, p_product_id text, p_k integer, p_exclude text [], p_filter recs.product_filter,
    p_candidates text [], p_model text, p_with_reasons boolean
) returns table (
    rank integer, product_id text, score real, model text, source text,
    reason_kind text, reason_count integer
)
language plpgsql
stable
rows 20
set search_path = pg_catalog, public, pg_temp
as $$
declare
    used record;
    query halfvec;
    own_category text;
    own_filter recs.product_filter := p_filter;
    left_out constant text [] := coalesce(array_remove(p_exclude, null), '{}') || p_product_id;
    few constant integer := case when p_way = 'vectors' then 1000 else 4000 end;
    candidates text [];
    found_ids text [] := '{}';
    found_scores real [] := '{}';
    popular_counts integer [] := '{}';
    -- Of the rows so far, how many are neighbours, and how many neighbours or by cosine.
    neighbour_count integer := 0;
    scored_count integer;
    pair_kinds text [];
    pair_counts integer [];
begin
    if p_k is null or p_k < 0 then
        raise invalid_parameter_value using message = 'The number of rows must be 0 or more.';
    end if;
    select m.model_id, m.name, m.kind into used from recs.model_of(p_model) as m;

    select p.category into own_category from raw.products as p where p.product_id = p_product_id;
    if not found then
        raise exception using errcode = 'LS002',
            message = format('There is no product %L.', p_product_id);
    end if;
    -- Neighbours and the popular are walked by rank, which is slow where the filter keeps few.
    candidates := recs.few_eligible(p_filter, p_candidates, few);

    if p_way = 'neighbours' or p_way = 'vectors' and used.kind = 'trained' then
        select coalesce(array_agg(s.product_id), '{}'), coalesce(array_agg(s.score), '{}')
        into found_ids, found_scores
        from (
            select n.neighbour_id as product_id, n.score
            from recs.neighbours as n
            where
                n.model_id = used.model_id
                and n.product_id = p_product_id
                and n.neighbour_id not in (select unnest(left_out))
                and case
                    when candidates is null then (
                        select recs.fits(p, p_filter)
                        from raw.products as p
                        where p.product_id = n.neighbour_id
                    )
                    else n.neighbour_id in (select unnest(candidates))
                end
            order by n.rank
            limit p_k
        ) as s;
        neighbour_count := cardinality(found_ids);
    end if;

    if p_way = 'vectors' and neighbour_count < p_k then
        select v.embedding into query
        from recs.product_vectors as v
        where v.model_id = used.model_id and v.product_id = p_product_id;
    end if;
    if query is not null then
        select
            found_ids || coalesce(array_agg(n.product_id), '{}'),
            found_scores || coalesce(
                array_agg(
                    case
                        when neighbour_count > 0
                            then (found_scores[neighbour_count] * (1 + n.score) / 2)::real
                        else n.score
                    end
                ),
                '{}'
            )
        into found_ids, found_scores
        from recs.nearest_products(
            query, used.model_id, p_k - neighbour_count, left_out || found_ids, p_filter, candidates
        ) as n;
    end if;
    scored_count := cardinality(found_ids);

    if scored_count < p_k then
        own_filter.category := coalesce(own_filter.category, own_category);
        select
            found_ids || coalesce(array_agg(n.product_id), '{}'),
            coalesce(array_agg(n.actions), '{}')
        into found_ids, popular_counts
        from recs.popular_products(
            p_k - scored_count, left_out || found_ids, own_filter,
            recs.few_eligible(own_filter, candidates, few)
        ) as n;
        if cardinality(found_ids) < p_k and own_filter is distinct from p_filter then
            select
                found_ids || coalesce(array_agg(n.product_id), '{}'),
                popular_counts || coalesce(array_agg(n.actions), '{}')
            into found_ids, popular_counts
            from recs.popular_products(
                p_k - cardinality(found_ids), left_out || found_ids, p_filter, candidates
            ) as n;
        end if;
    end if;

    -- The mart is dbt's: it may not be built yet, and then nothing is known to meet.
    if p_with_reasons and to_regclass('marts.product_pairs') is not null then
        select
            array_agg(t.kind order by f.position), array_agg(t.together order by f.position)
        into pair_kinds, pair_counts
        from unnest(found_ids) with ordinality as f (product_id, position)
        left join lateral (
            select t.kind, t.together::integer as together
            from marts.product_pairs as t
            where t.product_id = p_product_id and t.other_product_id = f.product_id
            -- What was bought together says more than what was looked at together.
            order by t.kind
            limit 1
        ) as t on true;
    end if;

    return query
    select
        n.position::integer, n.product_id, n.score, used.name,
        case
            when n.position <= neighbour_count then 'neighbours'
            when n.position <= scored_count then 'vectors'
            else 'popular'
        end,
        case
            when not p_with_reasons then null
            when n.position > scored_count then 'popular'
            when pair_kinds[n.position] = 'co_bought' then 'bought_together'
            when pair_kinds[n.position] = 'co_viewed' then 'viewed_together'
            else 'alike'
        end,
        case
            when not p_with_reasons then null
            when n.position > scored_count then popular_counts[n.position - scored_count]
            else pair_counts[n.position]
        end
    from unnest(found_ids, found_scores) with ordinality as n (product_id, score, position);
end;
$$;
