-- Make a return of each usable staged purchase whose status says that it was taken back.
-- Runs after the insert, so that every usable row finds its purchase in raw.
-- A row: how many purchases of earlier loads were taken back.
with taken_back as (
    insert into raw.returns (return_id, purchase_id, returned_at)
    select distinct 'status:' || s.purchase_id, s.purchase_id, now()
    from usable as s
    where is_taken_back(s.status)
    on conflict (return_id) do nothing
    returning purchase_id
)

select count(*)
from taken_back as t
inner join raw.purchases as k on t.purchase_id = k.purchase_id
-- The insert of this transaction wrote the others.
where k.loaded_at <> now()
