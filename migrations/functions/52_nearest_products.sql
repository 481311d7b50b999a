-- The products nearest to a vector that fit a filter, one of each group of variants.
-- Parameters as of recs.nearest_variants; p_exclude: product ids to leave out, with their variants.
-- A row: product_id and cosine similarity (-1 to 1), best first; always min(p_k, eligible groups)
-- rows.
-- Variants lie close together, so that more are asked for, and more again while they are too few.
create or replace function recs.nearest_products(
    p_query halfvec, p_model_id integer, p_k integer,
    p_exclude text [] default '{}', p_filter recs.product_filter default null,
    p_candidates text [] default null
) returns table (product_id text, score real)
language plpgsql
stable
rows 20
set search_path = pg_catalog, public, pg_temp
as $$
declare
    wanted integer := 3 * p_k;
    more recs.scored_product [];
    found recs.scored_product [] := '{}';
    kept text [];
begin
    if not recs.has_groups() then
        return query
        select n.product_id, n.score
        from recs.nearest_variants(
            p_query, p_model_id, p_k, p_exclude, p_filter, p_candidates
        ) as n;
        return;
    end if;
    loop
        more := array(
            select (n.product_id, n.score, null)::recs.scored_product
            from recs.nearest_variants(
                p_query, p_model_id, wanted,
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
    return query select f.product_id, f.score from unnest(found[:p_k]) as f;
end;
$$;
