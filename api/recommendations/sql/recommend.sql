-- "You may also like", as recs.recommend_with_reasons says.
-- shopper_id: a shopper, null: none; session_id: of a visitor who agreed, null: none; k: rows
-- wanted; exclude: product ids to leave out; filter: JSON of a recs.product_filter, null: in stock;
-- candidates: choose among these alone, null: among all; model: null: the serving one; diversity:
-- its level, null: the model's; history: JSON of more actions, null: none; reasons: whether to say
-- why; until: what happened later makes no taste, null: all does; way: how products are found.
-- A row: a product with its rank from 1 and the event behind it. Without consent the shopper's
-- events are not looked at, and of an unknown shopper there are none: the rows are popular
-- products. An unknown model raises LS001. Columns stand in the order of RecommendedProduct, then
-- of Reason.
select
    r.product_id,
    r.rank,
    r.score,
    r.source,
    r.model,
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
    end as variants,
    r.reason_kind,
    r.reason_event_id,
    r.reason_product_id,
    r.reason_count
from
    recs.recommend_with_reasons(
        %(shopper_id)s::text, %(session_id)s::text, %(k)s::integer, %(exclude)s::text [],
        jsonb_populate_record(null::recs.product_filter, %(filter)s::jsonb),
        %(candidates)s::text [], %(model)s::text, %(diversity)s::text, %(history)s::jsonb,
        %(reasons)s::boolean, %(until)s::timestamptz, p_way => %(way)s::text
    ) as r
inner join raw.products as p on r.product_id = p.product_id
order by r.rank
