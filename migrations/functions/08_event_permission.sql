-- Whether an event may be recorded: of which product and by whom, in one place for all kinds.
-- p_product_id: what it is about; p_shopper_id: who, null: an anonymous session, which needs no
-- look-up, because its id was given out after the visitor agreed; p_shopper_hash: keyed hash of the
-- shopper, null without one.
-- A row: whether the product is in the catalogue (one that was removed is not) and the shopper is
-- known, consent to personalisation holds, and the shopper was erased. One query without settings
-- of its own, so that Postgres puts it in the caller's place.
create or replace function raw.event_permission(
    p_product_id text, p_shopper_id text, p_shopper_hash bytea
) returns table (has_product boolean, has_shopper boolean, has_consent boolean, is_erased boolean)
language sql
stable
as $$
    select
        exists (
            select 1
            from raw.products as p
            where p.product_id = p_product_id and p.removed_at is null
        ),
        p_shopper_id is null
        or exists (select 1 from raw.shoppers as s where s.shopper_id = p_shopper_id),
        p_shopper_id is null
        or exists (select 1 from raw.consenting_shoppers as c where c.shopper_id = p_shopper_id),
        exists (select 1 from raw.erased_shoppers as e where e.shopper_hash = p_shopper_hash)
$$;
