-- Say of impressions that they were seen or clicked on, each once. Lists of equal length:
-- impression_ids; served_at: when their answers were made; product_ids: what was clicked on;
-- marked_at: when; are_clicks: whether it was a click; shopper_ids, session_ids: who did. Those
-- whom an impression was not shown to change nothing, nor does a shopper who does not consent to
-- measurement now.
-- A row: the place of an impression that is there, from 1.
with given as (
    select g.*
    from
        unnest(
            %(impression_ids)s::uuid [], %(served_at)s::timestamptz [], %(product_ids)s::text [],
            %(marked_at)s::timestamptz [], %(are_clicks)s::boolean [], %(shopper_ids)s::text [],
            %(session_ids)s::text []
        ) with ordinality as g (
            impression_id, served_at, product_id, marked_at, is_click, shopper_id, session_id,
            place
        )
),

found as (
    select
        g.place,
        i.impression_id,
        i.served_at,
        g.marked_at,
        g.is_click
    from given as g
    inner join
        recs.impressions as i
        on
            g.impression_id = i.impression_id
            and g.served_at = i.served_at
            and g.product_id = i.product_id
            and (
                g.session_id = i.session_id
                or (
                    g.shopper_id = i.shopper_id
                    and exists (
                        select from raw.measured_shoppers as m where m.shopper_id = g.shopper_id
                    )
                )
            )
),

firsts as (
    select
        f.impression_id,
        f.served_at,
        min(f.marked_at) as seen_at,
        min(f.marked_at) filter (where f.is_click) as clicked_at
    from found as f
    group by f.impression_id, f.served_at
),

marked as (
    update recs.impressions as i
    set
        seen_at = coalesce(i.seen_at, f.seen_at),
        clicked_at = coalesce(i.clicked_at, f.clicked_at)
    from firsts as f
    where
        i.impression_id = f.impression_id
        and i.served_at = f.served_at
        and (i.seen_at is null or (i.clicked_at is null and f.clicked_at is not null))
)

select f.place::integer
from found as f
