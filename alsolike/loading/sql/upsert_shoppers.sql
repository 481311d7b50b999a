-- Put the usable staged shoppers into raw, and the decisions on consent that their file states:
-- one if there is none yet, or if an import recorded another. A decision that the shopper made
-- themselves stays. A shopper on two lines agrees only if both say so. A rejected row, such as one
-- that contradicts an earlier line, refuses the consent of the shopper that it names; to
-- measurement only where a line states that.
-- source: recorded as the origin of the decisions.
-- A row: one shopper who is new, changed or has a new decision.
with shoppers as (
    select distinct on (s.shopper_id)
        s.shopper_id,
        coalesce(s.display_name, k.display_name) as display_name,
        coalesce(s.created_at::timestamptz, k.created_at, now()) as created_at
    from usable as s
    left join raw.shoppers as k on s.shopper_id = k.shopper_id
    order by s.shopper_id, s.line
),

stated as (
    select
        s.shopper_id,
        d.purpose,
        bool_and(
            case
                when r.place is not null then false
                when d.answer is not null then coalesce(is_agreed(d.answer, d.purpose), false)
            end
        ) as is_granted
    from staged as s
    -- By place, because staged has no index and may be long.
    left join left_out as r on s.ctid = r.place
    cross join
        lateral (
            values
            ('personalisation', s.consent),
            ('measurement', s.measurement)
        ) as d (purpose, answer)
    where octet_length(s.shopper_id) <= 500 and not is_nobody(s.shopper_id)
    group by s.shopper_id, d.purpose
    having d.purpose = 'personalisation' or count(d.answer) > 0
),

stored as (
    insert into raw.shoppers as k (shopper_id, display_name, created_at)
    select u.shopper_id, u.display_name, u.created_at
    from shoppers as u
    on conflict (shopper_id) do update
        set
            display_name = excluded.display_name,
            created_at = excluded.created_at,
            loaded_at = now()
        where
        (k.display_name, k.created_at)
        is distinct from (excluded.display_name, excluded.created_at)
    returning k.shopper_id
),

-- A rejected row stores its shopper's id alone, so that their no holds when an event names them.
named as (
    insert into raw.shoppers (shopper_id)
    select distinct t.shopper_id
    from stated as t
    where
        t.is_granted is not null
        and not exists (select from shoppers as u where u.shopper_id = t.shopper_id)
    on conflict (shopper_id) do nothing
),

decided as (
    insert into raw.consents (shopper_id, purpose, is_granted, source)
    select t.shopper_id, t.purpose, t.is_granted, %(source)s
    from stated as t
    where
        t.is_granted is not null
        and not exists (
            select from raw.current_consents as c
            where
                c.shopper_id = t.shopper_id
                and c.purpose = t.purpose
                and (
                    not starts_with(c.source, 'import:')
                    or c.is_granted = t.is_granted
                )
        )
    order by t.shopper_id asc, t.purpose desc
    returning shopper_id
)

select count(*)
from (
    select shopper_id from stored
    union distinct
    select d.shopper_id
    from decided as d
    inner join shoppers as u on d.shopper_id = u.shopper_id
) as changed
