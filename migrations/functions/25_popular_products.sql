-- The products most shoppers act on lately; those without any history follow, the newest first.
-- p_k: rows wanted, 0 or more; p_exclude: product ids to leave out; p_filter: see
-- recs.product_filter, null: in stock; p_candidates: all that fit, where recs.few_eligible gave
-- them.
-- A row: product_id, its recent popularity (the decayed count of actions), and the purchases and
-- views behind it, one of each for a visitor and day, best first. Always min(p_k, eligible) rows.
create or replace function recs.popular_products(
    p_k integer, p_exclude text [] default '{}', p_filter recs.product_filter default null,
    p_candidates text [] default null
) returns table (product_id text, popularity real, actions integer)
language plpgsql
stable
rows 20
set search_path = pg_catalog, public, pg_temp
as $$
declare
    left_out constant text [] := coalesce(array_remove(p_exclude, null), '{}');
    product_ids text [] := '{}';
    popularities real [] := '{}';
    counts integer [] := '{}';
begin
    if p_k is null or p_k < 0 then
        raise invalid_parameter_value using message = 'The number of rows must be 0 or more.';
    end if;
    if p_k = 0 then
        return;
    end if;

    -- The mart is dbt's: it may not be built yet, and then there is no history to go by.
    -- Ranked rows alone come first, so that the index on the rank ends the work after a few. The
    -- product is looked up by a scalar subquery: a join would make the planner choose, and without
    -- knowing p_k it reads and sorts both tables.
    if to_regclass('marts.product_popularity') is not null and p_candidates is null then
        select
            coalesce(array_agg(n.product_id), '{}'), coalesce(array_agg(n.popularity), '{}'),
            coalesce(array_agg(n.actions), '{}')
        into product_ids, popularities, counts
        from (
            select m.product_id, m.popularity_recent::real as popularity,
                m.views_recent + m.purchases_recent as actions
            from marts.product_popularity as m
            where
                m.product_id <> all (left_out)
                and (
                    select recs.fits(p, p_filter)
                    from raw.products as p
                    where p.product_id = m.product_id
                )
            order by m.rank_recent
            limit p_k
        ) as n;
    elsif to_regclass('marts.product_popularity') is not null then
        -- Looked up first and then ordered: on the way down the ranking they may all come last.
        with known as materialized (
            select m.product_id, m.popularity_recent::real as popularity,
                m.views_recent + m.purchases_recent as actions, m.rank_recent
            from marts.product_popularity as m
            where m.product_id = any (p_candidates) and m.product_id <> all (left_out)
        )

        select
            coalesce(array_agg(n.product_id), '{}'), coalesce(array_agg(n.popularity), '{}'),
            coalesce(array_agg(n.actions), '{}')
        into product_ids, popularities, counts
        from (
            select k.product_id, k.popularity, k.actions
            from known as k
            order by k.rank_recent
            limit p_k
        ) as n;
    end if;

    -- Whatever the mart holds and is eligible is found by now: what is left are newer products.
    if cardinality(product_ids) < p_k and p_candidates is null then
        select
            product_ids || coalesce(array_agg(n.product_id), '{}'),
            popularities || coalesce(array_agg(0::real), '{}'),
            counts || coalesce(array_agg(0), '{}')
        into product_ids, popularities, counts
        from (
            select o.product_id
            from raw.products as o
            where
                o.product_id <> all (left_out || product_ids)
                and (
                    select recs.fits(p, p_filter)
                    from raw.products as p
                    where p.product_id = o.product_id
                )
            order by o.created_at desc, o.product_id asc
            limit p_k - cardinality(product_ids)
        ) as n;
    elsif cardinality(product_ids) < p_k then
        select
            product_ids || coalesce(array_agg(n.product_id), '{}'),
            popularities || coalesce(array_agg(0::real), '{}'),
            counts || coalesce(array_agg(0), '{}')
        into product_ids, popularities, counts
        from (
            select p.product_id
            from raw.products as p
            where
                p.product_id = any (p_candidates)
                and p.product_id <> all (left_out || product_ids)
            order by p.created_at desc, p.product_id asc
            limit p_k - cardinality(product_ids)
        ) as n;
    end if;

    return query select unnest(product_ids), unnest(popularities), unnest(counts);
end;
$$;
