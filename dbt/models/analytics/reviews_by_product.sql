with reviews as (

    select
        product_id,
        count(*) as reviews,
        avg(rating)::double precision as average_rating,
        (count(*) filter (where rating <= 2))::double precision / count(*) as low_share,
        -- Whose shopper is not known is somebody else's each.
        count(distinct coalesce('shopper ' || shopper_id, 'review ' || review_id)) as reviewers
    from {{ ref('stg_reviews') }}
    group by product_id

),

products as (

    select * from {{ ref('stg_products') }}

),

final as (

    select
        reviews.product_id,
        products.title,
        products.category,
        reviews.reviews,
        reviews.average_rating,
        reviews.low_share
    from reviews
    inner join products
        on reviews.product_id = products.product_id
    where reviews.reviewers >= {{ var('minimum_group') }}

)

select * from final
