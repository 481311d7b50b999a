-- Leave out the staged views of everybody who did not agree to personalisation: shoppers without
-- consent, and all sessions unless the caller says that they agreed.
-- is_granted: whether the caller says so.
-- A row: one line of the file; its reason is null, because nothing is wrong with it.
insert into left_out (line, place, reason)
select s.line, s.place, null
from usable as s
left join (
    select n.shopper_id
    from named_shoppers as n
    inner join raw.consenting_shoppers as c on n.shopper_id = c.shopper_id
) as g on s.shopper_id = g.shopper_id
where
    g.shopper_id is null
    and (s.shopper_id is not null or not %(is_granted)s)
