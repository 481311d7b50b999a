with source as (

    select * from {{ source('raw', 'views') }}

),

renamed as (

    select
        view_id,
        product_id,
        viewed_at,
        shopper_id,
        nullif(session_id, '') as session_id,
        loaded_at
    from source

)

select * from renamed
