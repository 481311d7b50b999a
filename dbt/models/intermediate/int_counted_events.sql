{{
    config(
        pre_hook="{{ give_memory() }}"
    )
}}

with events as (

    select * from {{ ref('int_events') }}
    where occurred_at <= '{{ run_started_at }}'

),

excluded_visitors as (

    select * from {{ ref('int_excluded_visitors') }}

),

-- A reloaded page, or a report sent again under another id, counts once.
numbered as (

    select
        events.*,
        row_number() over (
            partition by
                events.visitor_id,
                events.product_id,
                events.kind,
                events.order_id,
                case when events.order_id is null then date_trunc('second', events.occurred_at) end
            order by
                events.occurred_at asc,
                events.event_id asc
        ) as occurrence
    from events
    left join excluded_visitors
        on events.visitor_id = excluded_visitors.visitor_id
    where excluded_visitors.visitor_id is null

),

final as (

    select
        kind,
        event_id,
        visitor_id,
        shopper_id,
        session_id,
        product_id,
        occurred_at,
        order_id,
        rating
    from numbered
    where occurrence = 1

)

select * from final
