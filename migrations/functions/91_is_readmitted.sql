-- Whether the shop made a shopper anew after a time, so that what was asked before is not of them.
-- Runs with its owner's rights: the app may not read the list by itself.
-- p_shopper_hash: keyed hash of the id; p_since: the time, null: nobody was.
create or replace function ops.is_readmitted(p_shopper_hash bytea, p_since timestamptz)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select from raw.readmitted_shoppers as r
        where r.shopper_hash = p_shopper_hash and r.readmitted_at > p_since
    );
$$;
