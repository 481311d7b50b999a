{{ config(materialized='view') }}

with impressions as (

    select * from {{ ref('stg_impressions') }}

),

-- What the shop told over the API, of lists whose impressions it did not name.
told as (

    select * from {{ source('raw', 'measured_clicks') }}

),

final as (

    select
        impression_id::text as click_id,
        clicked_at,
        served_on,
        shopper_id,
        session_id,
        product_id,
        page_product_id,
        place,
        model,
        tier,
        position,
        reason_kind
    from impressions
    where clicked_at is not null
    union all
    select
        click_id,
        clicked_at,
        (clicked_at at time zone 'UTC')::date as served_on,
        shopper_id,
        session_id,
        product_id,
        null::text as page_product_id,
        coalesce(place, 'unknown') as place,
        model,
        'unknown' as tier,
        null::smallint as position,
        null::text as reason_kind
    from told

)

select * from final
