-- What must not be recommended to a shopper: what they bought, unless products like it are bought
-- again and again, and what they asked not to see.
-- p_shopper_id: a shopper, null: nobody; p_as_of: what happened strictly before, null: all.
-- Returns the product ids. Without the shopper's consent nothing they bought is looked at; their
-- wish to hide a product counts all the same.
create or replace function recs.left_out(
    p_shopper_id text, p_as_of timestamptz default null
) returns text []
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
as $$
declare
    bought text [];
    hidden text [];
begin
    if p_shopper_id is null then
        return '{}';
    end if;
    select array_agg(distinct b.product_id) into bought
    from raw.purchases as b
    where
        b.shopper_id = p_shopper_id
        and b.purchased_at < coalesce(p_as_of, 'infinity')
        and exists (
            select from raw.current_consents as c
            where
                c.shopper_id = p_shopper_id
                and c.purpose = 'personalisation'
                and c.is_granted
        );
    -- The mart is dbt's: until it is built nothing is known to be bought again.
    if bought is not null and to_regclass('marts.rebuyable_products') is not null then
        select array_agg(b.product_id) into bought
        from unnest(bought) as b (product_id)
        where not exists (
            select from marts.rebuyable_products as r where r.product_id = b.product_id
        );
    end if;
    select array_agg(h.product_id) into hidden
    from recs.hides as h
    where h.shopper_id = p_shopper_id and h.hidden_at < coalesce(p_as_of, 'infinity');
    return coalesce(bought, '{}') || coalesce(hidden, '{}');
end;
$$;
