-- What a card shows of some products; none of a hidden one.
-- product_ids: their ids.
-- A row: a product with the mean of its ratings (1 to 5, null without reviews), their number, and
-- how many other variants are in stock; in the order of the ids.
select
    p.product_id,
    p.title,
    p.brand,
    p.price,
    p.sale_price,
    p.currency,
    p.image_url,
    p.is_in_stock,
    r.rating_average,
    r.review_count,
    case
        when p.variant_group_id is null then 0
        else recs.variant_count(p.product_id, p.variant_group_id)
    end as variants
from unnest(%(product_ids)s::text []) with ordinality as wanted (product_id, place)
inner join raw.products as p on wanted.product_id = p.product_id and not p.is_hidden
cross join
    lateral (
        select
            avg(v.rating)::double precision as rating_average,
            count(*) as review_count
        from raw.reviews as v
        where v.product_id = p.product_id
    ) as r
order by wanted.place
