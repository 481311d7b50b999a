-- Record the caller's statement on consent for the shoppers of the file that have no decision yet.
-- It is a no if a shopper said no whose id looks the same: a spreadsheet, an export or a copied
-- line changed one of the two, and a no counts for whoever may be meant.
-- is_granted: whether they agreed to personalisation; source: where the statement comes from.
-- A row: how many did not agree because of such an id though the caller said so, and one of them.
with refusing as materialized (
    select distinct look(c.shopper_id) as look
    from raw.current_consents as c
    where %(is_granted)s and c.purpose = 'personalisation' and not c.is_granted
),

recorded as (
    insert into raw.consents (shopper_id, purpose, is_granted, source)
    select n.shopper_id, 'personalisation', %(is_granted)s and r.look is null, %(source)s
    from named_shoppers as n
    left join refusing as r on look(n.shopper_id) = r.look
    where
        not exists (
            select from raw.consents as c
            where c.shopper_id = n.shopper_id and c.purpose = 'personalisation'
        )
    order by n.shopper_id
    returning shopper_id, is_granted
)

select count(*), shown(min(r.shopper_id))
from recorded as r
where %(is_granted)s and not r.is_granted
