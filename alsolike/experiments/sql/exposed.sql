-- Who was given which arm, as numbers.
-- name: the experiment; days: its window; at: the moment that counts as now.
-- A row: an arm; shoppers: who consent to measurement now; complete: of them those whose window is
-- over; visitors: anonymous, who did not sign in.
select
    x.arm,
    count(m.shopper_id)::integer as shoppers,
    count(m.shopper_id) filter (
        where x.exposed_at + make_interval(days => %(days)s::integer) <= %(at)s::timestamptz
    )::integer as complete,
    count(*) filter (where x.shopper_id is null)::integer as visitors
from recs.exposures as x
left join raw.measured_shoppers as m on x.shopper_id = m.shopper_id
where x.experiment = %(name)s
group by x.arm
