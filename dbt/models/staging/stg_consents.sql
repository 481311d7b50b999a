with source as (

    select * from {{ source('raw', 'current_consents') }}

),

renamed as (

    select
        shopper_id,
        purpose,
        is_granted,
        source as consent_source,
        recorded_at
    from source

)

select * from renamed
