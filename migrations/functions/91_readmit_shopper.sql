-- Take a shopper off the list of erased ones, because the shop makes a new shopper of the id.
-- Runs with its owner's rights: the app may not delete from the list by itself.
-- p_shopper_hash: keyed hash of the id; p_key_id: which key.
-- Whether the shopper was on the list.
create or replace function ops.readmit_shopper(p_shopper_hash bytea, p_key_id text)
returns boolean
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
    with removed as (
        delete from raw.erased_shoppers as e
        where e.shopper_hash = p_shopper_hash
        returning e.shopper_hash
    ),

    noted as (
        insert into raw.readmitted_shoppers as r (shopper_hash, key_id)
        select d.shopper_hash, p_key_id
        from removed as d
        on conflict (shopper_hash) do update
            set readmitted_at = excluded.readmitted_at, key_id = excluded.key_id
    )

    select exists (select from removed);
$$;
