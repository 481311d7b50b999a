-- Reject the staged shoppers whose id an earlier line of the file has, with other content.
-- A row: one line of the file.
insert into left_out (line, place, reason)
with repeated as (
    select u.shopper_id, min(u.line) as line
    from usable as u
    group by u.shopper_id
    having count(*) > 1
)

select
    u.line,
    u.place,
    'shopper_id is ''' || shown(u.shopper_id) || ''', which line ' || f.line
    || ' has with other content: expected one line for a shopper'
from usable as u
inner join repeated as f on u.shopper_id = f.shopper_id
inner join usable as o on f.line = o.line
where
    u.line > f.line
    and (
        u.display_name, u.consent, u.created_at
    ) is distinct from (
        o.display_name, o.consent, o.created_at
    )
