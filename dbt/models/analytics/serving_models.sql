{{ config(materialized='view') }}

with serving as (

    select * from {{ source('recs', 'serving_model') }}

),

models as (

    select * from {{ source('recs', 'models') }}

),

switches as (

    select
        model_id,
        model,
        kind as decision,
        promoted_at as served_since,
        lead(promoted_at) over (order by promotion_id asc) as served_until
    from {{ source('recs', 'promotions') }}
    where kind <> 'refuse'

),

-- The first model of all serves without a decision.
first_model as (

    select
        serving.model_id,
        models.name as model,
        'first' as decision,
        serving.switched_at as served_since,
        null::timestamptz as served_until
    from serving
    inner join models
        on serving.model_id = models.model_id
    where not exists (select 1 from switches)

),

all_rows as (

    select * from switches
    union all
    select * from first_model

),

final as (

    select
        all_rows.model_id,
        all_rows.model,
        models.kind,
        all_rows.decision,
        all_rows.served_since,
        all_rows.served_until,
        coalesce(
            all_rows.served_until is null and all_rows.model_id = serving.model_id, false
        ) as is_serving
    from all_rows
    left join models
        on all_rows.model_id = models.model_id
    left join serving
        on all_rows.model_id = serving.model_id

)

select * from final
