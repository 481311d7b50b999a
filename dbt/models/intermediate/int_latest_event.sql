with events as (

    select * from {{ ref('int_events') }}

),

final as (

    select least(max(occurred_at), '{{ run_started_at }}'::timestamptz) as reference_at
    from events
    having count(*) > 0

)

select * from final
