-- The products most shoppers act on lately; those without any history follow, the newest first.
-- p_k: rows wanted, 0 or more; p_exclude: product ids to leave out, with their variants; p_filter:
-- see recs.product_filter, null: in stock; p_candidates: all that fit, where recs.few_eligible gave
-- them; p_has_one_of_group: whether one variant stands for its group, else each stands by itself.
-- A row: product_id, its recent popularity (the decayed count of actions), and the purchases and
-- views behind it, one of each for a visitor and day, best first. Always min(p_k, eligible groups)
-- rows.
create or replace function recs.popular_products(
    p_k integer, p_exclude text [] default '{}', p_filter recs.product_filter default null,
    p_candidates text [] default null, p_has_one_of_group boolean default true
) returns table (product_id text, popularity real, actions integer)
language plpgsql
stable
rows 20
set search_path = pg_catalog, public, pg_temp
-- Planning anew for every call would take a third of the time.
set plan_cache_mode = force_generic_plan
as $$
declare
    most_rows constant integer := 100000000;
    has_groups boolean;
    left_out text [];
    -- The mart is dbt's: it may not be built yet, and then there is no history to go by.
    has_history boolean;
    -- Rows to look for before one of each group is left.
    wanted integer;
    is_all boolean;
    -- The actions stand in the place of an action.
    shown recs.scored_product [];
    shown_ids text [];
begin
    if p_k is null or p_k < 0 then
        raise invalid_parameter_value using message = 'The number of rows must be 0 or more.';
    end if;
    if p_k = 0 then
        return;
    end if;
    has_groups := p_has_one_of_group and recs.has_groups();
    left_out := case
        when has_groups then recs.with_variants(p_exclude)
        else coalesce(array_remove(p_exclude, null), '{}')
    end;
    has_history := to_regclass('marts.product_popularity') is not null;
    wanted := case when has_groups then least(3 * p_k::bigint / 2 + 1, most_rows) else p_k end;

    loop
        shown := '{}';
        -- Ranked rows alone come first, so that the index on the rank ends the work after a few.
        -- The product is looked up by a scalar subquery: a join would make the planner choose, and
        -- without knowing p_k it reads and sorts both tables.
        if has_history and p_candidates is null then
            shown := array(
                select (
                    m.product_id, m.popularity_recent, m.views_recent + m.purchases_recent
                )::recs.scored_product
                from marts.product_popularity as m
                where
                    -- A hash of the array: some have thousands of products.
                    m.product_id not in (select unnest(left_out))
                    and (
                        select recs.fits(p, p_filter)
                        from raw.products as p
                        where p.product_id = m.product_id
                    )
                order by m.rank_recent
                limit wanted
            );
        elsif has_history then
            -- Looked up first and then ordered: on the way down the ranking they may all come last.
            shown := array(
                with known as materialized (
                    select m.product_id, m.popularity_recent, m.views_recent, m.purchases_recent,
                        m.rank_recent
                    from marts.product_popularity as m
                    where
                        m.product_id = any (p_candidates)
                        and m.product_id not in (select unnest(left_out))
                )

                select (
                    k.product_id, k.popularity_recent, k.views_recent + k.purchases_recent
                )::recs.scored_product
                from known as k
                order by k.rank_recent
                limit wanted
            );
        end if;
        -- What the mart holds and is eligible is found by now: what is left are newer products.
        if cardinality(shown) < wanted then
            shown_ids := left_out || array(select s.product_id from unnest(shown) as s);
            if p_candidates is null then
                shown := shown || array(
                    select (o.product_id, 0, 0)::recs.scored_product
                    from raw.products as o
                    where
                        o.product_id not in (select unnest(shown_ids))
                        and (
                            select recs.fits(p, p_filter)
                            from raw.products as p
                            where p.product_id = o.product_id
                        )
                    order by o.created_at desc, o.product_id asc
                    limit wanted - cardinality(shown)
                );
            else
                shown := shown || array(
                    select (p.product_id, 0, 0)::recs.scored_product
                    from raw.products as p
                    where
                        p.product_id = any (p_candidates)
                        and p.product_id not in (select unnest(shown_ids))
                    order by p.created_at desc, p.product_id asc
                    limit wanted - cardinality(shown)
                );
            end if;
        end if;
        is_all := cardinality(shown) < wanted;
        if has_groups then
            shown := recs.firsts_of_groups(shown);
        end if;
        exit when is_all or cardinality(shown) >= p_k;
        wanted := least(5 * wanted::bigint, most_rows);
    end loop;
    return query select s.product_id, s.score, s.action_place from unnest(shown[:p_k]) as s;
end;
$$;
