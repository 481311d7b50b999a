{{ config(materialized='view') }}

with final as (

    select
        product_id,
        title,
        brand,
        category,
        price,
        currency,
        is_in_stock,
        is_shown,
        created_at
    from {{ ref('stg_products') }}

)

select * from final
