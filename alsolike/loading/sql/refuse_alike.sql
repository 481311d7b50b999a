-- Take back the consent that a caller stated, now or earlier, for shoppers whose ids look like that
-- of one who says no in the staged file. What a file states for such an id itself stays.
-- source: recorded as the origin of the decisions.
-- A row: how many, and one of them.
with refusing as materialized (
    select distinct look(s.shopper_id) as look
    from staged as s
    inner join raw.current_consents as c on s.shopper_id = c.shopper_id
    where c.purpose = 'personalisation' and not c.is_granted
),

recorded as (
    insert into raw.consents (shopper_id, purpose, is_granted, source)
    select c.shopper_id, c.purpose, false, %(source)s
    from raw.current_consents as c
    inner join refusing as r on look(c.shopper_id) = r.look
    where
        c.purpose = 'personalisation'
        and c.is_granted
        and starts_with(c.source, 'import:')
        and c.source not like '%%/shoppers'
    order by c.shopper_id
    returning shopper_id
)

select count(*), shown(min(r.shopper_id))
from recorded as r
