-- What a product's own page tells about it: one round trip.
-- product_id: its id.
-- A row: the product with the mean of its ratings (1 to 5, null without reviews), their number, and
-- how many have 5, 4, 3, 2 and 1 stars; and how many other variants are in stock; none for an
-- unknown or hidden product.
select
    p.product_id,
    p.title,
    p.brand,
    p.category,
    p.price,
    p.sale_price,
    p.currency,
    p.image_url,
    p.is_in_stock,
    r.rating_average,
    r.review_count,
    r.rating_counts,
    case
        when p.variant_group_id is null then 0
        else recs.variant_count(p.product_id, p.variant_group_id)
    end as variants,
    p.description,
    p.more_image_urls,
    p.attributes
from raw.products as p
cross join
    lateral (
        select
            avg(v.rating)::double precision as rating_average,
            count(*) as review_count,
            array[
                count(*) filter (where v.rating = 5),
                count(*) filter (where v.rating = 4),
                count(*) filter (where v.rating = 3),
                count(*) filter (where v.rating = 2),
                count(*) filter (where v.rating = 1)
            ] as rating_counts
        from raw.reviews as v
        where v.product_id = p.product_id
    ) as r
where p.product_id = %(product_id)s and not p.is_hidden
