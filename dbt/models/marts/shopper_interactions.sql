{{
    config(
        indexes=[
            {'columns': ['visitor_id', 'product_id'], 'unique': true},
            {'columns': ['product_id']},
        ],
        pre_hook="{{ give_memory() }}"
    )
}}

with events as (

    select * from {{ ref('int_visitor_events') }}

),

products as (

    select * from {{ ref('stg_products') }}

),

latest_event as (

    select * from {{ ref('int_latest_event') }}

),

weighted as (

    select
        events.kind,
        events.visitor_id,
        events.shopper_id,
        events.product_id,
        events.occurred_at,
        events.event_id,
        events.rating,
        {{ event_weight('events.kind', 'events.rating') }}
        * {{ half_life_decay(
            'events.occurred_at', 'latest_event.reference_at', var('half_life_days')
        ) }} as weight
    from events
    cross join latest_event
    inner join products
        on events.product_id = products.product_id

),

final as (

    select
        visitor_id,
        shopper_id,
        product_id,
        sum(weight) as weight,
        count(*) filter (where kind = 'view')::integer as views,
        count(*) filter (where kind = 'purchase')::integer as purchases,
        count(*) filter (where kind = 'review')::integer as reviews,
        (
            array_agg(rating order by occurred_at desc, event_id asc)
            filter (where kind = 'review')
        )[1]::numeric(2, 1) as rating,
        min(occurred_at) as first_at,
        max(occurred_at) as last_at
    from weighted
    group by
        visitor_id,
        shopper_id,
        product_id

)

select * from final
