-- Reject the staged views whose id belongs to another view, of this file or an earlier load.
-- Runs after the insert, so that every usable row finds its id in raw.
-- A row: one line of the file.
insert into left_out (line, place, reason)
select
    s.line,
    s.place,
    'view_id is ''' || shown(s.view_id) || ''', which is there with other content: '
    || 'expected an id of its own, because a view never changes'
from usable as s
inner join raw.views as k on s.view_id = k.view_id
where
    (
        k.product_id, k.viewed_at,
        case when not is_nobody(k.shopper_id) then k.shopper_id end, k.session_id
    ) is distinct from (
        s.product_id, s.viewed_at::timestamptz, s.shopper_id, s.session_id
    )
