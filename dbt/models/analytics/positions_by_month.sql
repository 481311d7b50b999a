with both_kinds as (

    select
        date_trunc('month', served_on::timestamp)::date as month,
        place,
        model,
        position,
        1::bigint as served,
        (seen_at is not null)::integer as seen,
        (clicked_at is not null)::integer as clicked,
        {{ visitor_id('shopper_id', 'session_id', 'null') }} as visitor_id
    from {{ ref('stg_impressions') }}
    where served_at >= {{ begin_of_window() }}
    union all
    select
        date_trunc('month', served_on::timestamp)::date as month,
        place,
        model,
        position,
        served,
        seen,
        clicked,
        null::text as visitor_id
    from {{ ref('stg_impression_counts') }}
    where served_on >= ({{ begin_of_window() }} at time zone 'UTC')::date

),

summed as (

    select
        month,
        place,
        model,
        position,
        sum(served)::bigint as impressions,
        sum(seen)::bigint as seen,
        sum(clicked)::bigint as clicks,
        count(distinct visitor_id) as visitors
    from both_kinds
    group by month, place, model, position

),

judged as (

    select
        *,
        {{ is_of_enough('visitors', 'month, place, model', 'position') }} as is_shown
    from summed

),

final as (

    select
        month,
        place,
        model,
        position,
        impressions,
        seen,
        clicks
    from judged
    where is_shown

)

select * from final
