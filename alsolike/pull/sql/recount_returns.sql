-- Let the triggers of returns count those of the staged purchases anew.
-- A row: one return.
update raw.returns as t
set loaded_at = now()
from usable as s
inner join raw.purchases as k on s.purchase_id = k.purchase_id
where t.purchase_id = k.purchase_id and k.loaded_at = now()
