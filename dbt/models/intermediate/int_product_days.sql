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
        product_id,
        count(*) as served,
        count(seen_at) as seen,
        count(clicked_at) as clicked
    from impressions
    where {{ recent_days('served_on', 'served_at') }}
    group by served_on, product_id
    union all
    select
        served_on,
        product_id,
        sum(served)::bigint as served,
        sum(seen)::bigint as seen,
        sum(clicked)::bigint as clicked
    from counts
    where {{ recent_days('served_on') }}
    group by served_on, product_id

),

final as (

    select
        served_on,
        product_id,
        sum(served)::bigint as served,
        sum(seen)::bigint as seen,
        sum(clicked)::bigint as clicked
    from both_kinds
    group by served_on, product_id

)

select * from final
