with events as (

    select * from {{ ref('int_counted_events') }}

),

final as (

    select max(occurred_at) as reference_at
    from events
    having count(*) > 0

)

select * from final
