-- The products most shoppers act on lately, one of each group of variants.
-- Parameters as of recs.popular_variants; p_exclude: product ids to leave out, with their variants.
-- A row: as there, best first. Always min(p_k, eligible groups) rows.
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
    wanted integer := 3 * p_k;
    more recs.similar_product [];
    found recs.similar_product [] := '{}';
    kept text [];
begin
    if not recs.has_groups() then
        return query
        select n.product_id, n.popularity, n.actions
        from recs.popular_variants(p_k, p_exclude, p_filter, p_candidates) as n;
        return;
    end if;
    loop
        more := array(
            select (n.product_id, n.popularity, 'popular', n.actions)::recs.similar_product
            from recs.popular_variants(
                wanted,
                recs.with_variants(p_exclude || array(select f.product_id from unnest(found) as f)),
                p_filter, p_candidates
            ) as n
        );
        kept := recs.one_of_each_group(array(select m.product_id from unnest(more) as m));
        found := found || array(
            select m from unnest(more) as m where m.product_id = any (kept)
        );
        exit when cardinality(found) >= p_k or cardinality(more) < wanted;
        wanted := least(5 * wanted::bigint, 100000000);
    end loop;
    return query select f.product_id, f.score, f.actions from unnest(found[:p_k]) as f;
end;
$$;
