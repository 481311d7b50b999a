-- Note the staged shoppers that cannot be used, with the first reason that applies.
-- A row: one line of the file.
create temporary table left_out on commit drop as
select c.line, c.place, c.reason
from (
    select
        s.line,
        s.ctid as place,
        coalesce(
            s.problem,
            case when s.shopper_id is null then 'shopper_id is missing' end,
            case
                when is_nobody(s.shopper_id)
                    then fault('shopper_id', s.shopper_id, 'such a word stands for guests')
            end,
            too_long('shopper_id', s.shopper_id, 500)
        ) as reason
    from staged as s
) as c
where c.reason is not null
