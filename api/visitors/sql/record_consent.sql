-- Record what a shopper decides about personalisation, unless that is what they decided last.
-- Of an erased shopper nothing is recorded, unless the shop makes a new shopper of the id.
-- A first no is recorded as well: without it an import would decide for them.
-- shopper_id: the shopper; shopper_hash: keyed hash of the id; key_id: which key; may_make: whether
-- an unknown one may be made; readmits: whether an erased one may be made anew, which takes them
-- off the list; is_granted: yes or no; source: who tells, as 'site' or 'api'.
-- A row: whether the shopper was known; if not, nothing is recorded unless they may be made.
with asked as (
    select
        exists(
            select 1 from raw.shoppers as s
            where s.shopper_id = %(shopper_id)s
        ) as has_shopper,
        exists(
            select 1 from raw.erased_shoppers as e
            where e.shopper_hash = %(shopper_hash)s
        ) as is_erased
),

made as (
    insert into raw.shoppers (shopper_id)
    select %(shopper_id)s::text
    from asked
    where
        not has_shopper
        and %(may_make)s::boolean
        and (not is_erased or %(readmits)s::boolean)
    on conflict (shopper_id) do nothing
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
