with source as (

    select * from {{ source('raw', 'views') }}

),

renamed as (

    select
        view_id,
        product_id,
        viewed_at,
        shopper_id,
        loaded_at
    from source
    -- A session's views belong to no shopper who could have consented: they go no further.
    where shopper_id is not null

)

select * from renamed
