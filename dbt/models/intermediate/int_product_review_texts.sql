with reviews as (

    select * from {{ ref('stg_reviews') }}

),

consenting_shoppers as (

    select * from {{ ref('int_consenting_shoppers') }}

),

placed as (

    select
        reviews.product_id,
        reviews.title,
        reviews.body,
        row_number() over (
            partition by reviews.product_id
            order by reviews.reviewed_at desc, reviews.review_id asc
        ) as place
    from reviews
    left join consenting_shoppers
        on reviews.shopper_id = consenting_shoppers.shopper_id
    where
        coalesce(reviews.title, reviews.body) is not null
        -- A review of nobody known makes no profile.
        and (reviews.shopper_id is null or consenting_shoppers.shopper_id is not null)

),

texts as (

    select
        product_id,
        place,
        {{ shorten("concat_ws('. ', title, body)", var('review_characters')) }} as review_text
    from placed
    where place <= {{ var('reviews_per_product') }}

),

final as (

    select
        product_id,
        left(
            string_agg(review_text, E'\n' order by place),
            {{ var('reviews_characters') }}
        ) as review_texts
    from texts
    where review_text is not null
    group by product_id

)

select * from final
