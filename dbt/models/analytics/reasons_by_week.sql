with summed as (

    select
        date_trunc('week', served_on::timestamp)::date as week,
        model,
        reason_kind,
        count(*) as impressions,
        count(seen_at) as seen,
        count(clicked_at) as clicks,
        count(distinct {{ visitor_id('shopper_id', 'session_id', 'null') }}) as visitors
    from {{ ref('stg_impressions') }}
    where
        served_at >= {{ begin_of_window() }}
        and reason_kind is not null
    group by week, model, reason_kind

),

judged as (

    select
        *,
        {{ is_of_enough('visitors', 'week, model', 'reason_kind') }} as is_shown
    from summed

),

final as (

    select
        week,
        model,
        reason_kind,
        impressions,
        seen,
        clicks,
        visitors
    from judged
    where is_shown

)

select * from final
