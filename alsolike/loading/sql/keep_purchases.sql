-- Delete the returns that an earlier status made, of each usable staged purchase whose status no
-- longer says so.
-- A row: one return.
delete from raw.returns as r
using usable as s
where
    r.return_id = 'status:' || s.purchase_id
    and is_taken_back(s.status) is false
