-- Whether an event may be recorded: of which product and by whom, in one place for all kinds.
-- Until the transaction ends, the shopper cannot be erased: an erasure under way is waited for, and
-- then seen. Because of that it is no plain query: each of its statements sees what was committed
-- before it began, the caller's own statement does not. Runs with its owner's rights: the app may
-- take no advisory locks by itself.
-- p_product_id: what it is about, null: no product; p_shopper_id: who, null: an anonymous session,
-- which needs no look-up, because its id was given out after the visitor agreed; p_shopper_hash:
-- keyed hash of the shopper, null without one.
-- A row: whether the product is in the catalogue (one that was removed is not) and the shopper is
-- known, consent to personalisation holds, and the shopper was erased.
create or replace function raw.event_permission(
    p_product_id text, p_shopper_id text, p_shopper_hash bytea
) returns table (has_product boolean, has_shopper boolean, has_consent boolean, is_erased boolean)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform pg_advisory_xact_lock_shared(ops.shopper_lock(p_shopper_hash));
    return query
    select
        exists (
            select from raw.products as p
            where p.product_id = p_product_id and p.removed_at is null
        ),
        p_shopper_id is null
        or exists (select from raw.shoppers as s where s.shopper_id = p_shopper_id),
        p_shopper_id is null
        or exists (select from raw.consenting_shoppers as c where c.shopper_id = p_shopper_id),
        exists (select from raw.erased_shoppers as e where e.shopper_hash = p_shopper_hash);
end;
$$;
