-- Record what a shopper decides about personalisation, unless that is what they decided last.
-- Of an erased shopper nothing is recorded, unless the shop makes a new shopper of the id.
-- A first no is recorded as well: without it an import would decide for them.
-- shopper_id: the shopper; shopper_hash: keyed hash of the id; key_id: which key; may_make: whether
-- an unknown one may be made; readmits: whether an erased one may be made anew, which takes them
-- off the list; is_granted: yes or no; source: who tells, as 'site' or 'api'; display_name: what to
-- call them, null: not told.
-- A row: whether the shopper was known; if not, nothing is recorded unless they may be made.
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
    where
        not has_shopper
        and %(may_make)s::boolean
        and (not is_erased or %(readmits)s::boolean)
    on conflict (shopper_id) do nothing
),

renamed as (
    update raw.shoppers as s
    set display_name = %(display_name)s::text, loaded_at = now()
    from asked as a
    where
        a.has_shopper
        and (not a.is_erased or %(readmits)s::boolean)
        and s.shopper_id = %(shopper_id)s
        and s.display_name is distinct from %(display_name)s::text
        and %(display_name)s::text is not null
),

written as (
    insert into raw.consents (shopper_id, purpose, is_granted, source)
    select
        %(shopper_id)s::text,
        'personalisation',
        %(is_granted)s::boolean,
        %(source)s::text
    from asked
    where
        (has_shopper or %(may_make)s::boolean)
        and (not is_erased or %(readmits)s::boolean)
        and not exists (
            select 1 from raw.current_consents as c
            where
                c.shopper_id = %(shopper_id)s
                and c.purpose = 'personalisation'
                and c.is_granted = %(is_granted)s::boolean
        )
)

select
    a.has_shopper,
    case
        when a.is_erased and %(may_make)s::boolean and %(readmits)s::boolean
            then ops.readmit_shopper(%(shopper_hash)s, %(key_id)s)
    end as is_readmitted
from asked as a
