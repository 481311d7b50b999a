with source as (

    select * from {{ source('raw', 'purchases') }}

),

renamed as (

    select
        purchase_id,
        shopper_id,
        product_id,
        purchased_at,
        quantity - returned_quantity as quantity,
        unit_price,
        nullif(trim(order_id), '') as order_id,
        loaded_at
    from source
    where returned_quantity < quantity

)

select * from renamed
