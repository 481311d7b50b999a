-- Record what a shopper decides about personalisation, unless that is what they decided last.
-- A first no is recorded as well: without it an import would decide for them.
-- shopper_id: the shopper; may_make: whether an unknown one may be made; is_granted: yes or no;
-- source: who tells, as 'site' or 'api'.
-- A row: whether the shopper was known; if not, nothing is recorded unless they may be made.
with asked as (
    select
        exists(
            select 1 from raw.shoppers as s
            where s.shopper_id = %(shopper_id)s
        ) as has_shopper
),

made as (
    insert into raw.shoppers (shopper_id)
    select %(shopper_id)s::text
    from asked
    where not has_shopper and %(may_make)s::boolean
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
        and not exists (
            select 1 from raw.current_consents as c
            where
                c.shopper_id = %(shopper_id)s
                and c.purpose = 'personalisation'
                and c.is_granted = %(is_granted)s::boolean
        )
)

select a.has_shopper
from asked as a
