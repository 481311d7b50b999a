-- Change what a shopper is called.
-- shopper_id: the shopper; shopper_hash: keyed hash of the id; display_name: null: nothing.
-- A row: the shopper if they are known and were not erased, whether or not the name differs.
with asked as (
    select e.has_shopper and not e.is_erased as is_there
    from raw.event_permission(
        null, %(shopper_id)s::text, %(shopper_hash)s::bytea
    ) as e
),

renamed as (
    update raw.shoppers as s
    set display_name = %(display_name)s::text, loaded_at = now()
    from asked as a
    where
        a.is_there
        and s.shopper_id = %(shopper_id)s::text
        and s.display_name is distinct from %(display_name)s::text
)

select %(shopper_id)s::text as shopper_id
from asked as a
where a.is_there
