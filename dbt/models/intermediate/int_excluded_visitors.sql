{{
    config(
        indexes=[{'columns': ['visitor_id'], 'unique': true}],
        pre_hook="{{ give_memory() }}"
    )
}}

with events as (

    select * from {{ ref('int_events') }}
    where occurred_at <= '{{ run_started_at }}'

),

-- The lines of an order are one act, so that a household's large order stays below the limit.
by_day as (

    select
        visitor_id,
        count(*) as events,
        count(*) filter (where order_id is null) + count(distinct order_id) as acts,
        count(distinct order_id) as orders
    from events
    group by
        visitor_id,
        (occurred_at at time zone 'UTC')::date

),

by_visitor as (

    select
        visitor_id,
        sum(events)::bigint as events,
        max(acts) as most_acts,
        max(orders) as most_orders
    from by_day
    group by visitor_id

),

final as (

    select
        visitor_id,
        case
            when most_acts > {{ var('most_acts_per_day') }} then 'acts'
            else 'orders'
        end as reason,
        events,
        most_acts,
        most_orders
    from by_visitor
    where
        most_acts > {{ var('most_acts_per_day') }}
        or most_orders > {{ var('most_orders_per_day') }}

)

select * from final
