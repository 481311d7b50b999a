{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='served_on',
        on_schema_change='fail',
        contract={'enforced': true},
        pre_hook="{{ give_memory() }}"
    )
}}

with impressions as (

    select * from {{ ref('stg_impressions') }}

),

counts as (

    select * from {{ ref('stg_impression_counts') }}

),

both_kinds as (

    select
        served_on,
        place,
        model,
        tier,
        position,
        reason_kind,
        count(*) as served,
        count(seen_at) as seen,
        count(clicked_at) as clicked,
        count(*) as measured
    from impressions
    where {{ recent_days('served_on', 'served_at') }}
    group by served_on, place, model, tier, position, reason_kind
    union all
    select
        served_on,
        place,
        model,
        tier,
        position,
        null::text as reason_kind,
        sum(served)::bigint as served,
        sum(seen)::bigint as seen,
        sum(clicked)::bigint as clicked,
        0::bigint as measured
    from counts
    where {{ recent_days('served_on') }}
    group by served_on, place, model, tier, position

),

final as (

    select
        served_on,
        place,
        model,
        tier,
        position,
        reason_kind,
        sum(served)::bigint as served,
        sum(seen)::bigint as seen,
        sum(clicked)::bigint as clicked,
        sum(measured)::bigint as measured
    from both_kinds
    group by served_on, place, model, tier, position, reason_kind

)

select * from final
