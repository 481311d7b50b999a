{{ config(materialized='view') }}

with events as (

    select * from {{ ref('int_counted_events') }}

),

browsing_sessions as (

    select visitor_id
    from events
    where session_id is not null
    group by visitor_id
    having min(product_id) <> max(product_id)

),

final as (

    select events.*
    from events
    left join browsing_sessions
        on events.visitor_id = browsing_sessions.visitor_id
    where
        events.shopper_id is not null
        or browsing_sessions.visitor_id is not null

)

select * from final
