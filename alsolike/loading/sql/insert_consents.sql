-- Record the caller's statement on consent for the shoppers of the file that have no decision yet.
-- It is a no if another shopper said no whose id differs only by the `.0` that spreadsheets add.
-- is_granted: whether they agreed to personalisation; source: where the statement comes from.
-- A row: one decision.
insert into raw.consents (shopper_id, purpose, is_granted, source)
select
    n.shopper_id,
    'personalisation',
    %(is_granted)s and coalesce(w.is_granted, true) and coalesce(d.is_granted, true),
    %(source)s
from named_shoppers as n
left join raw.current_consents as w
    on
        n.shopper_id like '%%.0'
        and left(n.shopper_id, -2) = w.shopper_id
        and w.purpose = 'personalisation'
left join raw.current_consents as d
    on n.shopper_id || '.0' = d.shopper_id and d.purpose = 'personalisation'
where
    not exists (
        select from raw.consents as c
        where c.shopper_id = n.shopper_id and c.purpose = 'personalisation'
    )
order by n.shopper_id
