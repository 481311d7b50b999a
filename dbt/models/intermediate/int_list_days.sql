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

final as (

    select
        served_on,
        place,
        model,
        tier,
        count(distinct answer_id) as answers,
        count(distinct {{ visitor_id('shopper_id', 'session_id', 'null') }}) as visitors,
        count(distinct shopper_id) as shoppers
    from impressions
    where {{ recent_days('served_on', 'served_at') }}
    group by served_on, place, model, tier

)

select * from final
