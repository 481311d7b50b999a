-- Write who was given which arm of an experiment, each once: the first stays. Lists of equal
-- length: experiments; arms; shopper_ids, session_ids: one of both is null; exposed_at.
-- Left out is a shopper who does not consent to measurement, and what came after the end. The order
-- is the same for everybody, so that two statements at once do not wait for each other in a circle.
insert into recs.exposures (experiment, arm, shopper_id, session_id, exposed_at)
select
    g.experiment,
    g.arm,
    g.shopper_id,
    g.session_id,
    g.exposed_at
from
    unnest(
        %(experiments)s::text [], %(arms)s::text [], %(shopper_ids)s::text [],
        %(session_ids)s::text [], %(exposed_at)s::timestamptz []
    ) as g (experiment, arm, shopper_id, session_id, exposed_at)
inner join recs.experiments as e on g.experiment = e.name
where
    (e.stopped_at is null or g.exposed_at < e.stopped_at)
    and (
        g.session_id is not null
        or exists (
            select from raw.measured_shoppers as m where m.shopper_id = g.shopper_id
        )
    )
order by g.shopper_id, g.session_id, g.experiment, g.exposed_at
on conflict do nothing
