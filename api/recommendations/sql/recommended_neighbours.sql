-- "You may also like" from neighbours that were computed before, then popular ones: no vectors.
-- Parameters and rows: see recommendations; a level of diversity is not asked for.
select
    r.rank,
    r.product_id,
    r.score,
    r.source,
    r.model,
    p.title,
    p.brand,
    p.category,
    p.price::double precision as price,
    p.currency,
    p.image_url,
    r.reason_kind,
    r.reason_event_id,
    r.reason_product_id,
    r.reason_count
from
    recs.recommend_from_neighbours(
        %(shopper_id)s::text, %(session_id)s::text, %(k)s::integer, %(exclude)s::text [],
        jsonb_populate_record(null::recs.product_filter, %(filter)s::jsonb),
        %(candidates)s::text [], %(model)s::text, null, %(history)s::jsonb,
        true, %(until)s::timestamptz
    ) as r
inner join raw.products as p on r.product_id = p.product_id
order by r.rank
