-- Let in a shopper whom the shop's identity provider names: one who is unknown is made, without any
-- consent. One who was erased is not made anew: that the shop alone decides.
-- shopper_id: the shopper; shopper_hash: keyed hash of the id; display_name: what to call them,
-- null: as they were called before.
-- A row: whether they may be signed in.
with asked as (
    select
        p.has_shopper,
        p.is_erased
    from raw.event_permission(null, %(shopper_id)s, %(shopper_hash)s) as p
),

made as (
    insert into raw.shoppers (shopper_id, display_name)
    select
        %(shopper_id)s::text,
        %(display_name)s::text
    from asked
    where not has_shopper and not is_erased
    on conflict (shopper_id) do nothing
),

renamed as (
    update raw.shoppers as s
    set display_name = %(display_name)s::text, loaded_at = now()
    from asked as a
    where
        a.has_shopper
        and not a.is_erased
        and s.shopper_id = %(shopper_id)s
        and s.display_name is distinct from %(display_name)s::text
        and %(display_name)s::text is not null
)

select not a.is_erased as is_admitted
from asked as a
