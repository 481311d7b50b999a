-- Bring the list of erased shoppers up to the latest decision on one of them.
-- shopper_hash: keyed hash; key_id: which key; decided_at: when; is_erased: on the list or off it.
-- A row: none of interest.
with taken_off as (
    delete from raw.erased_shoppers as e
    where e.shopper_hash = %(shopper_hash)s and not %(is_erased)s
),

put_back as (
    delete from raw.readmitted_shoppers as r
    where r.shopper_hash = %(shopper_hash)s and %(is_erased)s
),

listed as (
    insert into raw.erased_shoppers as k (shopper_hash, erased_at, key_id)
    select %(shopper_hash)s::bytea, %(decided_at)s::timestamptz, %(key_id)s::text
    where %(is_erased)s
    on conflict (shopper_hash) do update
        set erased_at = excluded.erased_at, key_id = excluded.key_id
)

insert into raw.readmitted_shoppers as k (shopper_hash, readmitted_at, key_id)
select %(shopper_hash)s::bytea, %(decided_at)s::timestamptz, %(key_id)s::text
where not %(is_erased)s
on conflict (shopper_hash) do update
    set readmitted_at = excluded.readmitted_at, key_id = excluded.key_id
