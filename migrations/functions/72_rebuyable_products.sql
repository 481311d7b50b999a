-- The products that shoppers buy again and again, for the snapshot.
-- A row: product_id; none until dbt has built the mart.
create or replace function recs.rebuyable_products() returns table (product_id text)
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if to_regclass('marts.rebuyable_products') is not null then
        return query select r.product_id from marts.rebuyable_products as r;
    end if;
end;
$$;
