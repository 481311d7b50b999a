-- The products most shoppers act on lately; those without any history follow, the newest first.
-- Every variant of a group stands by itself; a list is made of recs.popular_products.
-- p_k: rows wanted, 0 or more; p_exclude: product ids to leave out; p_filter: see
-- recs.product_filter, null: in stock; p_candidates: all that fit, where recs.few_eligible gave
-- them.
-- A row: product_id, its recent popularity (the decayed count of actions), and the purchases and
-- views behind it, one of each for a visitor and day, best first. Always min(p_k, eligible) rows.
create or replace function recs.popular_variants(
    p_k integer, p_exclude text [] default '{}', p_filter recs.product_filter default null,
    p_candidates text [] default null
) returns table (product_id text, popularity real, actions integer)
language plpgsql
stable
rows 20
set search_path = pg_catalog, public, pg_temp
-- Planning anew for every call would take a third of the time.
set plan_cache_mode = force_generic_plan
as $$
declare
    left_out text [] := coalesce(array_remove(p_exclude, null), '{}');
    shown recs.similar_product [] := '{}';
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
        shown := array(
            select (
                m.product_id, m.popularity_recent, 'popular', m.views_recent + m.purchases_recent
            )::recs.similar_product
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
        );
    elsif to_regclass('marts.product_popularity') is not null then
        -- Looked up first and then ordered: on the way down the ranking they may all come last.
        shown := array(
            with known as materialized (
                select m.product_id, m.popularity_recent, m.views_recent, m.purchases_recent,
                    m.rank_recent
                from marts.product_popularity as m
                where m.product_id = any (p_candidates) and m.product_id <> all (left_out)
            )

            select (
                k.product_id, k.popularity_recent, 'popular', k.views_recent + k.purchases_recent
            )::recs.similar_product
            from known as k
            order by k.rank_recent
            limit p_k
        );
    end if;
    return query select s.product_id, s.score, s.actions from unnest(shown) as s;

    -- Whatever the mart holds and is eligible is found by now: what is left are newer products.
    if cardinality(shown) = p_k then
        return;
    end if;
    left_out := left_out || array(select s.product_id from unnest(shown) as s);
    if p_candidates is null then
        return query
        select o.product_id, 0::real, 0
        from raw.products as o
        where
            o.product_id <> all (left_out)
            and (
                select recs.fits(p, p_filter)
                from raw.products as p
                where p.product_id = o.product_id
            )
        order by o.created_at desc, o.product_id asc
        limit p_k - cardinality(shown);
    else
        return query
        select p.product_id, 0::real, 0
        from raw.products as p
        where p.product_id = any (p_candidates) and p.product_id <> all (left_out)
        order by p.created_at desc, p.product_id asc
        limit p_k - cardinality(shown);
    end if;
end;
$$;
