-- The products of a snapshot as pages show them, without hidden ones. Nothing personal: mean and
-- number of reviews only.
-- model_id: whose neighbours the snapshot has; popular: how many products have a place among the
-- recently popular.
-- A row: a product, its columns in the order of PRODUCT_SCHEMA. rating_average: 1 to 5, null
-- without reviews; popularity_rank: place among the recently popular in stock, from 1, null: none;
-- is_rebuyable: shoppers buy it again and again; item_group_id: what its variants have in common,
-- by the shop or by their titles; prior: the model's, null: none; repurchase_factor: what a
-- purchase of it counts towards others of its category, null: all. Sorted by product id in the
-- order of its bytes.
select
    p.product_id,
    p.title,
    p.description,
    p.category,
    p.brand,
    p.price::text as price,
    p.currency,
    p.image_url,
    p.attributes::text as attributes,
    p.is_in_stock,
    p.created_at,
    r.rating_average,
    coalesce(r.review_count, 0) as review_count,
    n.popularity_rank,
    b.product_id is not null as is_rebuyable,
    p.sale_price::text as sale_price,
    p.url,
    p.variant_group_id as item_group_id,
    o.prior,
    f.factor as repurchase_factor
from raw.products as p
left join (
    select
        v.product_id,
        avg(v.rating)::double precision as rating_average,
        count(*) as review_count
    from raw.reviews as v
    group by v.product_id
) as r on p.product_id = r.product_id
left join
    recs.popular_products(%(popular)s::integer, p_has_one_of_group => false)
    with ordinality as n (product_id, popularity, actions, popularity_rank)
    on p.product_id = n.product_id
left join recs.rebuyable_products() as b on p.product_id = b.product_id
left join recs.product_priors as o
    on o.model_id = %(model_id)s and p.product_id = o.product_id
left join recs.repurchase_factors as f
    on f.model_id = %(model_id)s and p.product_id = f.product_id
where not p.is_hidden
order by p.product_id collate "C"
