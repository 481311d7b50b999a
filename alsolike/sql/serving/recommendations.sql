-- "You may also like", each product with the event behind it.
-- shopper_id: a shopper, null: none; session_id: of a visitor who agreed, null: none; k: rows
-- wanted; exclude: product ids to leave out; filter: JSON of a recs.product_filter, null: in stock;
-- candidates: choose among these alone, null: among all; model: null: the serving one; diversity:
-- its level, null: the model's; history: JSON of more actions, null: none; reasons: whether to say
-- why; until: what happened later makes no taste, null: all does.
-- A row: a product with its rank from 1; one row of nulls where nothing is left; no row for an
-- unknown shopper. Without consent the shopper's events are not looked at: the rows are popular
-- products. Columns stand in the order of RecommendedProduct and Reason.
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
from (
    select s.shopper_id
    from raw.shoppers as s
    where s.shopper_id = %(shopper_id)s
    union all
    select null
    where %(shopper_id)s::text is null
) as who
left join
    lateral
    recs.recommend_with_reasons(
        who.shopper_id, %(session_id)s::text, %(k)s::integer, %(exclude)s::text [],
        jsonb_populate_record(null::recs.product_filter, %(filter)s::jsonb),
        %(candidates)s::text [], %(model)s::text, %(diversity)s::text, %(history)s::jsonb,
        %(reasons)s::boolean, %(until)s::timestamptz
    ) as r
    on true
left join raw.products as p on r.product_id = p.product_id
order by r.rank
