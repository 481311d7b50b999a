-- What a shopper or an anonymous session looked at last.
-- shopper_id or session_id: who, the other one null; k: rows wanted; exclude: product ids to leave
-- out; filter: JSON of a recs.product_filter, null: in stock.
-- A row: a product with its rank from 1 and its latest view. Without the shopper's consent there is
-- no row.
select
    v.rank,
    v.product_id,
    v.view_id as event_id,
    v.viewed_at,
    p.title,
    p.brand,
    p.category,
    p.price::double precision as price,
    p.sale_price::double precision as sale_price,
    p.currency,
    p.image_url,
    p.url,
    case
        when p.variant_group_id is null then 0
        else recs.variant_count(p.product_id, p.variant_group_id)
    end as variants
from
    recs.recently_viewed(
        %(shopper_id)s::text, %(session_id)s::text, %(k)s::integer, %(exclude)s::text [],
        jsonb_populate_record(null::recs.product_filter, %(filter)s::jsonb)
    ) as v
inner join raw.products as p on v.product_id = p.product_id
order by v.rank
