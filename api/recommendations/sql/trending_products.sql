-- What is popular these days.
-- k: rows wanted; exclude: product ids to leave out; filter: JSON of a recs.product_filter, null:
-- in stock.
-- A row: a product with its rank from 1, its decayed count of recent actions, and their number.
with wanted as materialized (
    select
        f.filter,
        recs.few_eligible(f.filter, p_limit => recs.list_limit('popular')) as candidates
    from (
        select jsonb_populate_record(null::recs.product_filter, %(filter)s::jsonb) as filter
    ) as f
)

select
    (row_number() over (order by n.place))::integer as rank,
    n.product_id,
    n.popularity as score,
    n.actions,
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
from wanted as w
cross join
    lateral
    recs.popular_products(
        %(k)s::integer, %(exclude)s::text [], w.filter, w.candidates
    ) with ordinality as n (product_id, popularity, actions, place)
inner join raw.products as p on n.product_id = p.product_id
order by n.place
