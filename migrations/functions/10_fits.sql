-- Whether a product may be shown under a filter; one of nulls asks for products in stock alone. A
-- hidden product never may. Bounds of the price are about what the product costs now.
-- p: the product; p_filter: see recs.product_filter.
-- One expression without settings of its own, so that Postgres puts it in the caller's place: what
-- the filter leaves out costs nothing there, and what it has may come off an index.
create or replace function recs.fits(p raw.products, p_filter recs.product_filter) returns boolean
language sql
immutable
parallel safe
as $$
    select
        not p.is_hidden
        and (p.is_in_stock or p_filter.with_sold_out is true)
        and (
            p_filter.category is null
            or p.category = p_filter.category
            or p.category ^@ (p_filter.category || ' > ')
        )
        and (p_filter.brands is null or p.brand = any (p_filter.brands))
        and (p_filter.currency is null or upper(p.currency) = upper(p_filter.currency))
        and (p_filter.price_min is null or least(p.price, p.sale_price) >= p_filter.price_min)
        and (p_filter.price_max is null or least(p.price, p.sale_price) <= p_filter.price_max)
        and (p_filter.attributes is null or p.attributes @> p_filter.attributes)
        and (p_filter.created_after is null or p.created_at >= p_filter.created_after);
$$;
