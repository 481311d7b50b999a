{{ config(materialized='view') }}

with consenting_shoppers as (

    select * from {{ ref('int_consenting_shoppers') }}

),

purchases as (

    select
        'purchase' as kind,
        purchase_id as event_id,
        shopper_id,
        product_id,
        purchased_at as occurred_at,
        order_id,
        null::smallint as rating,
        loaded_at
    from {{ ref('stg_purchases') }}

),

views as (

    select
        'view' as kind,
        view_id as event_id,
        shopper_id,
        product_id,
        viewed_at as occurred_at,
        null::text as order_id,
        null::smallint as rating,
        loaded_at
    from {{ ref('stg_views') }}

),

reviews as (

    select
        'review' as kind,
        review_id as event_id,
        shopper_id,
        product_id,
        reviewed_at as occurred_at,
        null::text as order_id,
        rating,
        loaded_at
    from {{ ref('stg_reviews') }}

),

events as (

    select * from purchases
    union all
    select * from views
    union all
    select * from reviews

),

final as (

    select events.*
    from events
    inner join consenting_shoppers
        on events.shopper_id = consenting_shoppers.shopper_id

)

select * from final
