with source as (

    select * from {{ source('raw', 'reviews') }}

),

renamed as (

    select
        review_id,
        shopper_id,
        product_id,
        rating,
        reviewed_at,
        nullif(trim(title), '') as title,
        nullif(trim(body), '') as body,
        loaded_at
    from source

)

select * from renamed
