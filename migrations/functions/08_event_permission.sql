-- Whether an event may be recorded: of which product and by whom, in one place for all kinds.
-- Until the transaction ends, the shopper cannot be erased: an erasure under way is waited for, and
-- then seen. Because of that it is no plain query: each of its statements sees what was committed
-- before it began, the caller's own statement does not. Runs with its owner's rights: the app may
-- take no advisory locks by itself.
-- p_product_id: what it is about, null: no product; p_shopper_id: who, null: an anonymous session,
-- which needs no look-up, because its id was given out after the visitor agreed; p_shopper_hash:
-- keyed hash of the shopper, null without one; p_purpose: what the event would be kept for,
-- 'personalisation' or 'measurement'; p_has_signal: whether the browser sent Global Privacy
-- Control, which says no for everybody but a shopper who agreed on the site in spite of it.
-- A row: whether the product is in the catalogue (one that was removed is not) and the shopper is
-- known, consent to the purpose holds, and the shopper was erased.
create or replace function raw.event_permission(
    p_product_id text, p_shopper_id text, p_shopper_hash bytea,
    p_purpose text default 'personalisation', p_has_signal boolean default false
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
        case
            when p_shopper_id is null then not p_has_signal
            else exists (
                select from raw.current_consents as c
                where
                    c.shopper_id = p_shopper_id
                    and c.purpose = p_purpose
                    and c.is_granted
                    and (not p_has_signal or c.source = 'site:gpc')
            )
        end,
        exists (select from raw.erased_shoppers as e where e.shopper_hash = p_shopper_hash);
end;
$$;
