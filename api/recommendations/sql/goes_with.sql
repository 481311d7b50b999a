-- What goes with a product, ready to answer with: one round trip.
-- product_id: the product; k: rows wanted; exclude: product ids to leave out; filter: JSON of a
-- recs.product_filter, null: in stock.
-- A row: a product with its rank from 1, its score, basis ('pair' or 'category': whether the two
-- products are bought in one order, or products of their categories), and the baskets and the lift
-- of these two. An unknown product raises LS002.
select
    g.rank,
    g.product_id,
    g.score,
    g.together,
    g.lift,
    g.basis,
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
    recs.goes_with(
        %(product_id)s::text, %(k)s::integer, %(exclude)s::text [],
        jsonb_populate_record(null::recs.product_filter, %(filter)s::jsonb)
    ) as g
inner join raw.products as p on g.product_id = p.product_id
order by g.rank
