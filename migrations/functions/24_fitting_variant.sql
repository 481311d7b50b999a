-- The variant that stands in for one of its group that may not be shown: neighbours and what goes
-- with a product are stored for one variant of each group, and its stock changes faster than they.
-- p_group_id: raw.products.variant_group_id; p_filter: see recs.product_filter, null: in stock;
-- p_candidates: all that fit, where recs.few_eligible gave them.
-- A row: product_id: of the variants that fit the first by id, in stock before sold out. None where
-- none fits.
-- One statement without settings of its own, so that Postgres puts it in the caller's place.
create or replace function recs.fitting_variant(
    p_group_id text, p_filter recs.product_filter, p_candidates text []
) returns table (product_id text)
language sql
stable
as $$
    select v.product_id
    from raw.products as v
    where
        v.variant_group_id = p_group_id
        and case
            when p_candidates is null then recs.fits(v, p_filter)
            else v.product_id in (select unnest(p_candidates))
        end
    order by v.is_in_stock desc, v.product_id asc
    limit 1;
$$;
