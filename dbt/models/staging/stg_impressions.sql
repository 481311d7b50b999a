with source as (

    select * from {{ source('recs', 'measured_impressions') }}

),

renamed as (

    select
        impression_id,
        answer_id,
        served_at,
        (served_at at time zone 'UTC')::date as served_on,
        seen_at,
        clicked_at,
        product_id,
        page_product_id,
        shopper_id,
        session_id,
        place,
        model,
        tier,
        position,
        reason_kind,
        score
    from source

)

select * from renamed
