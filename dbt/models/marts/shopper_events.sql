with events as (

    select * from {{ ref('int_visitor_events') }}

),

products as (

    select * from {{ ref('stg_products') }}

),

final as (

    select
        events.visitor_id,
        events.shopper_id,
        events.product_id,
        events.kind,
        events.event_id,
        events.occurred_at,
        events.order_id,
        {{ event_weight('events.kind', 'events.rating') }} as weight
    from events
    inner join products
        on events.product_id = products.product_id

)

select * from final
