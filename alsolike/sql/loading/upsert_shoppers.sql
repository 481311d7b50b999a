-- Put the usable staged shoppers into raw, and the decisions on consent that their file states:
-- one where there is none yet, or where an import recorded another. What a shopper decided
-- themselves later stays.
-- source: what to record as the origin of the decisions.
-- A row: one shopper who is new, changed or has a new decision.
with usable as (
    select distinct on (s.shopper_id) s.shopper_id, s.display_name, s.consent, s.created_at
    from staged as s
    where not exists (select from rejected as r where r.line = s.line)
    order by s.shopper_id, s.line
),

stored as (
    insert into raw.shoppers as k (shopper_id, display_name, created_at)
    select u.shopper_id, u.display_name, coalesce(u.created_at::timestamptz, now())
    from usable as u
    on conflict (shopper_id) do update
        set
            display_name = coalesce(excluded.display_name, k.display_name),
            created_at = (
                select coalesce(n.created_at::timestamptz, k.created_at)
                from usable as n
                where n.shopper_id = k.shopper_id
            ),
            loaded_at = now()
        where
        coalesce(excluded.display_name, k.display_name) is distinct from k.display_name
        or exists (
            select from usable as n
            where
                n.shopper_id = k.shopper_id
                and n.created_at is not null
                and n.created_at::timestamptz <> k.created_at
        )
    returning k.shopper_id
),

decided as (
    insert into raw.consents (shopper_id, purpose, is_granted, source)
    select u.shopper_id, 'personalisation', u.consent = 'personalisation', %(source)s
    from usable as u
    where
        u.consent is not null
        and not exists (
            select from raw.current_consents as c
            where
                c.shopper_id = u.shopper_id
                and c.purpose = 'personalisation'
                and (
                    not starts_with(c.source, 'import:')
                    or c.is_granted = (u.consent = 'personalisation')
                )
        )
    returning shopper_id
)

select count(*)
from (
    select shopper_id from stored
    union distinct
    select shopper_id from decided
) as changed
