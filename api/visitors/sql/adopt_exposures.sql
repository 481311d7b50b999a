-- Let the arms that an anonymous visitor was given be the shopper's, once the visitor signed in.
-- session_id: the visitor; shopper_id: who they are. Only if both agreed to measurement. A shopper
-- who has an arm in the layer keeps that: the visitor's stays a stranger's.
update recs.exposures as x
set shopper_id = %(shopper_id)s::text
from recs.experiments as e
where
    x.session_id = %(session_id)s::text
    and x.shopper_id is null
    and x.experiment = e.name
    and exists (
        select from raw.measured_shoppers as m where m.shopper_id = %(shopper_id)s::text
    )
    and not exists (
        select
        from recs.exposures as o
        inner join recs.experiments as f on o.experiment = f.name
        where
            o.shopper_id = %(shopper_id)s::text
            and (o.experiment = x.experiment or (f.layer = e.layer and f.stopped_at is null))
    )
