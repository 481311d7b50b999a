{{ config(materialized='view') }}

with consenting_shoppers as (

    select * from {{ ref('int_consenting_shoppers') }}

),

purchases as (

    select
        'purchase' as kind,
        purchase_id as event_id,
        shopper_id,
        null::text as session_id,
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
        -- An action while signed in belongs to the shopper, not to the session.
        case when shopper_id is null then session_id end as session_id,
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
        null::text as session_id,
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

    select
        events.kind,
        events.event_id,
        {{ visitor_id('events.shopper_id', 'events.session_id', 'events.order_id') }}
            as visitor_id,
        events.shopper_id,
        events.session_id,
        events.product_id,
        events.occurred_at,
        events.order_id,
        events.rating,
        events.loaded_at
    from events
    left join consenting_shoppers
        on events.shopper_id = consenting_shoppers.shopper_id
    where
        consenting_shoppers.shopper_id is not null
        -- A session has an id only after consent, and a guest's order makes no profile.
        or (
            events.shopper_id is null
            and coalesce(events.session_id, events.order_id) is not null
        )

)

select * from final
