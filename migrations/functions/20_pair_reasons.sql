-- Why products are shown beside a product: shoppers bought them together, or looked at both.
-- p_product_id: the product; p_other_ids: the others.
-- A row: product_id of another that meets it, reason_kind ('bought_together' or 'viewed_together'),
-- and reason_count, the baskets that both are in. What was bought together comes before what was
-- looked at together. None until dbt has built the mart.
create or replace function recs.pair_reasons(p_product_id text, p_other_ids text [])
returns table (product_id text, reason_kind text, reason_count integer)
language plpgsql
stable
rows 10
set search_path = pg_catalog, public, pg_temp
as $$
begin
    -- The mart is dbt's: it may not be built yet.
    if cardinality(p_other_ids) = 0 or to_regclass('marts.product_pairs') is null then
        return;
    end if;
    return query
    select
        o.other_id,
        case p.kind when 'co_bought' then 'bought_together' else 'viewed_together' end,
        p.together::integer
    from unnest(p_other_ids) as o (other_id)
    cross join lateral (
        select t.kind, t.together
        from marts.product_pairs as t
        where t.product_id = p_product_id and t.other_product_id = o.other_id
        order by t.kind
        limit 1
    ) as p;
end;
$$;
