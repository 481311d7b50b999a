-- What a shopper may be about to buy again.
-- shopper_id: the shopper; k: rows wanted; exclude: product ids to leave out; filter: JSON of a
-- recs.product_filter, null: in stock.
-- A row: a product with its rank from 1, how often it was bought, the latest purchase, and how due
-- it is. Without the shopper's consent there is no row.
select
    b.rank,
    b.product_id,
    b.times,
    b.purchase_id as event_id,
    b.purchased_at,
    b.due,
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
    recs.buy_again(
        %(shopper_id)s::text, %(k)s::integer, %(exclude)s::text [],
        jsonb_populate_record(null::recs.product_filter, %(filter)s::jsonb)
    ) as b
inner join raw.products as p on b.product_id = p.product_id
order by b.rank
