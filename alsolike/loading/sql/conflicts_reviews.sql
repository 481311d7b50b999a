-- Reject the staged reviews whose id belongs to another review, of this file or an earlier load.
-- Runs after the insert, so that every usable row finds its id in raw.
-- A row: one line of the file.
insert into left_out (line, place, reason)
select
    s.line,
    s.place,
    'review_id is ''' || shown(s.review_id) || ''', which is there with other content: '
    || 'expected an id of its own, because a review never changes'
from usable as s
inner join raw.reviews as k on s.review_id = k.review_id
where
    (
        k.shopper_id, k.product_id, k.rating, k.reviewed_at, k.title, k.body
    ) is distinct from (
        s.shopper_id, s.product_id, s.rating::numeric::smallint, s.reviewed_at::timestamptz,
        s.title, s.body
    )
