-- What a card shows of some products; none of a hidden one.
-- product_ids: their ids.
-- A row: a product with the mean of its ratings (1 to 5, null without reviews), their number, how
-- many other variants are in stock, and what these and the product differ in: a JSON object of the
-- attributes that all of them have, with the number of values where there are two or more; empty
-- for a group of more than 200. In the order of the ids.
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
    coalesce(g.variant_count - 1, 0) as variants,
    coalesce(g.choices, '{}') as choices
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
left join
    lateral (
        with offered as materialized (
            select v.attributes
            from raw.products as v
            where
                v.variant_group_id = p.variant_group_id
                and not v.is_hidden
                and (v.is_in_stock or v.product_id = p.product_id)
        ),

        counted as (
            select count(*)::integer as variant_count from offered
        ),

        differing as (
            select
                a.name,
                count(distinct a.value) as value_count
            from counted as c
            inner join offered as o on c.variant_count between 2 and 200
            cross join lateral jsonb_each(o.attributes) as a (name, value)
            where a.value not in ('null', '""')
            group by a.name, c.variant_count
            having count(distinct a.value) > 1 and count(*) = c.variant_count
        )

        select
            c.variant_count,
            (select jsonb_object_agg(d.name, d.value_count) from differing as d) as choices
        from counted as c
    ) as g
    on p.variant_group_id is not null
order by wanted.place
