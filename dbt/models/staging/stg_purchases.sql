with source as (

    select * from {{ source('raw', 'purchases') }}

),

renamed as (

    select
        purchase_id,
        shopper_id,
        product_id,
        purchased_at,
        quantity,
        unit_price,
        nullif(trim(order_id), '') as order_id,
        loaded_at
    from source

)

select * from renamed
