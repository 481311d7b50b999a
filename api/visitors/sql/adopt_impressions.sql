-- Say of an anonymous visitor's impressions whose they were, once the visitor signed in.
-- session_id: the visitor; shopper_id: who they are. Only if both agreed to measurement.
update recs.impressions as i
set shopper_id = %(shopper_id)s::text
where
    i.session_id = %(session_id)s::text
    and i.shopper_id is null
    and exists (
        select from raw.measured_shoppers as m where m.shopper_id = %(shopper_id)s::text
    )
