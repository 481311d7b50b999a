-- Delete the returns that were pulled before and that the source changed; the insert that follows
-- puts them in anew, and the triggers of returns count both.
-- A row: one return.
delete from raw.returns as k
using usable as s, ops.pulled_rows as r
where
    k.return_id = s.return_id
    and r.view = 'returns'
    and r.row_id = s.return_id
    and (k.purchase_id, k.returned_at, k.quantity)
    is distinct from (s.purchase_id, s.returned_at::timestamptz, s.quantity::numeric::integer)
