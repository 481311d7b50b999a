-- What goes with a product: bought in one order with it more often than chance has it; then, by
-- pairs of categories, what goes with its kind. Another question than what is similar to it. One of
-- each group of variants, none of its own: where the one that is stored does not fit,
-- recs.fitting_variant.
-- p_product_id: the product; p_k: rows wanted, 0 or more; p_exclude: product ids to leave out;
-- p_filter: see recs.product_filter, null: in stock.
-- A row: rank from 1, product_id, score (above 0, see marts.product_complements), the baskets that
-- both are in, lift, and basis: 'pair', or 'category', where baskets and lift are those of the two
-- categories. Pairs come first, each by score. At most p_k rows: none where nothing goes with it.
-- An unknown or hidden product raises LS002.
create or replace function recs.goes_with(
    p_product_id text, p_k integer default 10, p_exclude text [] default '{}',
    p_filter recs.product_filter default null
) returns table (
    rank integer, product_id text, score double precision, together bigint,
    lift double precision, basis text
)
language plpgsql
stable
rows 20
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if p_k is null or p_k < 0 then
        raise invalid_parameter_value using message = 'The number of rows must be 0 or more.';
    end if;
    perform from raw.products as p where p.product_id = p_product_id and not p.is_hidden;
    if not found then
        raise exception using errcode = 'LS002',
            message = format('There is no product %L.', p_product_id);
    end if;
    -- The mart is dbt's: it may not be built yet, and then nothing is known to go with it.
    if to_regclass('marts.product_complements') is null then
        return;
    end if;

    return query
    with fitting as (
        select c.rank as place, f.product_id, c.score, c.together, c.lift, c.basis,
            row_number() over (
                partition by
                    f.variant_group_id, case when f.variant_group_id is null then f.product_id end
                order by c.rank
            ) as number_in_group
        from marts.product_complements as c
        cross join lateral (
            select p.variant_group_id,
                case
                    when recs.fits(p, p_filter) then p.product_id
                    when p.variant_group_id is not null then (
                        select v.product_id
                        from recs.fitting_variant(p.variant_group_id, p_filter, null) as v
                    )
                end as product_id
            from raw.products as p
            where p.product_id = c.other_product_id
            limit 1
        ) as f
        where
            c.product_id = p_product_id
            and f.product_id is not null
            and c.other_product_id not in (
                select unnest(recs.with_variants(p_exclude || p_product_id))
            )
    )

    select
        (row_number() over (order by f.place))::integer,
        f.product_id, f.score, f.together, f.lift, f.basis
    from fitting as f
    where f.number_in_group = 1
    order by f.place
    limit p_k;
end;
$$;
