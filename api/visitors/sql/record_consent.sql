-- Record what a shopper decides, of each purpose unless that is what they decided last.
-- Of an erased shopper nothing is recorded, unless the shop makes a new shopper of the id.
-- A first no is recorded as well: without it an import would decide for them. A yes in spite of
-- Global Privacy Control is recorded after one without.
-- shopper_id: the shopper; shopper_hash: keyed hash of the id; key_id: which key; may_make: whether
-- an unknown one may be made; readmits: whether an erased one may be made anew, which takes them
-- off the list; personalisation, measurement: yes or no, null: not told; source: who tells, as
-- 'site', 'site:gpc' or 'api'; display_name: what to call them, null: not told.
-- A row: whether the shopper was known; if not, nothing is recorded unless they may be made; and
-- what holds then of each purpose.
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

known as (
    select
        c.purpose,
        c.is_granted,
        c.source
    from raw.current_consents as c
    where c.shopper_id = %(shopper_id)s
),

told as (
    select
        d.purpose,
        d.is_granted
    from
        (
            values
            ('personalisation', %(personalisation)s::boolean),
            ('measurement', %(measurement)s::boolean)
        ) as d (purpose, is_granted)
    where d.is_granted is not null
),

written as (
    insert into raw.consents (shopper_id, purpose, is_granted, source)
    select
        %(shopper_id)s::text,
        t.purpose,
        t.is_granted,
        %(source)s::text
    from asked as a
    cross join told as t
    where
        (a.has_shopper or %(may_make)s::boolean)
        and (not a.is_erased or %(readmits)s::boolean)
        and not exists (
            select 1 from known as k
            where
                k.purpose = t.purpose
                and k.is_granted = t.is_granted
                and (
                    not t.is_granted
                    or k.source = 'site:gpc'
                    or %(source)s::text <> 'site:gpc'
                )
        )
)

select
    a.has_shopper,
    coalesce(
        %(personalisation)s::boolean,
        exists (select 1 from known where purpose = 'personalisation' and is_granted)
    ) as personalisation,
    coalesce(
        %(measurement)s::boolean,
        exists (select 1 from known where purpose = 'measurement' and is_granted)
    ) as measurement,
    case
        when a.is_erased and %(may_make)s::boolean and %(readmits)s::boolean
            then ops.readmit_shopper(%(shopper_hash)s, %(key_id)s)
    end as is_readmitted
from asked as a
