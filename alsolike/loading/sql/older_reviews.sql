-- The staged reviews of which a later version is stored.
-- A row: how many.
select count(*)
from usable as s
inner join raw.reviews as k on s.review_id = k.review_id
where k.reviewed_at > s.reviewed_at::timestamptz
