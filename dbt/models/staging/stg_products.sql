with source as (

    select * from {{ source('raw', 'products') }}

),

renamed as (

    select
        product_id,
        trim(title) as title,
        nullif(trim(description), '') as description,
        nullif(trim(category), '') as category,
        nullif(trim(brand), '') as brand,
        price,
        currency,
        attributes,
        is_in_stock,
        not is_hidden as is_shown,
        variant_group_id,
        created_at,
        loaded_at
    from source

)

select * from renamed
