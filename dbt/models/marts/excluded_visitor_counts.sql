{{
    config(
        grants={'select': ['alsolike_analyst']}
    )
}}

with excluded_visitors as (

    select * from {{ ref('int_excluded_visitors') }}

),

final as (

    select
        reason,
        case reason
            when 'acts' then {{ var('most_acts_per_day') }}
            else {{ var('most_orders_per_day') }}
        end::integer as daily_limit,
        count(*)::integer as visitors,
        sum(events)::bigint as events
    from excluded_visitors
    group by reason

)

select * from final
