-- The products most like a product, for its page: none of its own group of variants, and one of
-- each other group: where the neighbour that is stored does not fit, recs.fitting_variant.
-- p_product_id: the product; p_k: rows wanted, 0 or more; p_exclude: product ids to leave out;
-- p_filter: see recs.product_filter, null: in stock; p_candidates: choose among these products
-- alone, null: among all; p_model: name of a model, null: the serving one; p_with_reasons: whether
-- to look the reasons up; p_way: how products are found, by the same rules each way:
--   'vectors': a trained model's neighbours, then the nearest by vector;
--   'neighbours': the neighbours that are stored, of any model; no vector is read;
--   'popular': popular products alone.
-- A row: rank from 1, product_id, score, the model's name, the row's source: 'neighbours';
-- 'vectors' by cosine similarity, for a trained model below its neighbours; 'popular' where these
-- give too few, in the product's own category before any other; and the reason: 'bought_together'
-- or 'viewed_together' with the number of baskets that both are in, 'popular' with the number of
-- recent actions, else 'alike' without a number.
-- The score is the neighbour's, then shares of the last such score by cosine similarity; without
-- neighbours it is cosine similarity; null where popular.
-- An unknown or hidden product raises LS002, an unknown model LS001 (recs.model_of). Always
-- min(p_k, eligible groups) rows.
create or replace function recs.similar_products(
    p_product_id text, p_k integer default 10,
    p_exclude text [] default '{}', p_filter recs.product_filter default null,
    p_candidates text [] default null, p_model text default null,
    p_with_reasons boolean default false, p_way text default 'vectors'
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
    has_groups constant boolean := recs.has_groups();
    left_out constant text [] := case
        when has_groups then recs.with_variants(p_exclude || p_product_id)
        else coalesce(array_remove(p_exclude, null), '{}') || p_product_id
    end;
    candidates text [];
    -- Best first.
    shown recs.similar_product [] := '{}';
    near record;
    -- Groups of variants that are shown; those without one are null.
    group_ids text [] := '{}';
    last_score real;
    paired_ids text [] := '{}';
begin
    if p_k is null or p_k < 0 then
        raise invalid_parameter_value using message = 'The number of rows must be 0 or more.';
    end if;
    select m.model_id, m.name, m.kind into used from recs.model_of(p_model) as m;

    select p.category into own_category
    from raw.products as p
    where p.product_id = p_product_id and not p.is_hidden;
    if not found then
        raise exception using errcode = 'LS002',
            message = format('There is no product %L.', p_product_id);
    end if;
    candidates := recs.few_eligible(p_filter, p_candidates, recs.list_limit(p_way));

    if p_way = 'neighbours' or p_way = 'vectors' and used.kind = 'trained' then
        -- One by one, and only until the list is full: those after it may be many.
        for near in
            select f.product_id as neighbour_id, n.score, f.variant_group_id
            from recs.neighbours as n
            cross join lateral (
                select p.variant_group_id,
                    case
                        when
                            case
                                when candidates is null then recs.fits(p, p_filter)
                                else n.neighbour_id in (select unnest(candidates))
                            end
                            then p.product_id
                        when p.variant_group_id is not null then (
                            select v.product_id
                            from recs.fitting_variant(
                                p.variant_group_id, p_filter, candidates
                            ) as v
                        )
                    end as product_id
                from raw.products as p
                where p.product_id = n.neighbour_id
                limit 1
            ) as f
            where
                n.model_id = used.model_id
                and n.product_id = p_product_id
                and n.neighbour_id not in (select unnest(left_out))
                and (
                    candidates is null
                    or has_groups
                    or n.neighbour_id in (select unnest(candidates))
                )
                and f.product_id is not null
            order by n.rank
            limit case when p_k = 0 or not has_groups then p_k end
        loop
            continue when near.variant_group_id = any (group_ids);
            shown := shown
                || (near.neighbour_id, near.score, 'neighbours', null)::recs.similar_product;
            exit when cardinality(shown) = p_k;
            group_ids := group_ids || near.variant_group_id;
        end loop;
    end if;

    if p_way = 'vectors' and cardinality(shown) < p_k then
        select v.embedding into query
        from recs.product_vectors as v
        where v.model_id = used.model_id and v.product_id = p_product_id;
    end if;
    if query is not null then
        -- Below the neighbours, the nearest have shares of the last one's score.
        last_score := shown[cardinality(shown)].score;
        shown := shown || array(
            select (
                n.product_id, coalesce((last_score * (1 + n.score) / 2)::real, n.score),
                'vectors', null
            )::recs.similar_product
            from recs.nearest_products(
                query, used.model_id, p_k - cardinality(shown),
                left_out || array(select s.product_id from unnest(shown) as s),
                p_filter, candidates
            ) as n
        );
    end if;
    if p_with_reasons then
        paired_ids := array(select s.product_id from unnest(shown) as s);
    end if;

    if cardinality(shown) < p_k then
        own_filter.category := coalesce(own_filter.category, own_category);
        shown := shown || array(
            select (n.product_id, null, 'popular', n.actions)::recs.similar_product
            from recs.popular_products(
                p_k - cardinality(shown),
                left_out || array(select s.product_id from unnest(shown) as s),
                own_filter, recs.few_eligible(own_filter, candidates, recs.list_limit(p_way))
            ) as n
        );
        if cardinality(shown) < p_k and own_filter is distinct from p_filter then
            shown := shown || array(
                select (n.product_id, null, 'popular', n.actions)::recs.similar_product
                from recs.popular_products(
                    p_k - cardinality(shown),
                    left_out || array(select s.product_id from unnest(shown) as s),
                    p_filter, candidates
                ) as n
            );
        end if;
    end if;

    return query
    select
        s.place::integer, s.product_id, s.score, used.name, s.source,
        case
            when p_with_reasons then coalesce(
                r.reason_kind, case s.source when 'popular' then 'popular' else 'alike' end
            )
        end,
        case when p_with_reasons then coalesce(r.reason_count, s.actions) end
    from unnest(shown) with ordinality as s (product_id, score, source, actions, place)
    left join recs.pair_reasons(p_product_id, paired_ids) as r
        on s.product_id = r.product_id
    order by s.place;
end;
$$;
