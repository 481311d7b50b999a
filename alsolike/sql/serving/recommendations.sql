-- "You may also like" for a shopper, each product with the event behind it.
-- shopper_id: the shopper; k: rows wanted; skip: rows to skip; exclude: product ids to leave out;
-- category: path of a category, itself and all below it, null: any; model: null: the serving one.
-- A row: a product with its rank from skip + 1; one row of nulls where nothing is left; no row
-- for an unknown shopper. Without consent the shopper's events are not looked at: the rows are
-- popular products. Columns stand in the order of RecommendedProduct.
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
    r.reason_product_id
from raw.shoppers as s
left join raw.current_consents as c
    on s.shopper_id = c.shopper_id and c.purpose = 'personalisation'
left join
    lateral
    recs.recommend_with_reasons(
        case when c.is_granted then s.shopper_id end, null, %(k)s::integer, %(exclude)s::text [],
        %(category)s::text, %(model)s::text, %(skip)s::integer
    ) as r
    on true
left join raw.products as p on r.product_id = p.product_id
where s.shopper_id = %(shopper_id)s
order by r.rank
