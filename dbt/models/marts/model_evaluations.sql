{{
    config(
        materialized='view',
        grants={'select': ['alsolike_analyst']}
    )
}}

with evaluations as (

    select
        *,
        coalesce((parameters ->> 'cold_share')::double precision, 0) as cold_share,
        coalesce(parameters ->> 'measured_by', 'evaluate') as measured_by
    from {{ source('recs', 'evaluations') }}

),

metrics as (

    select * from {{ source('recs', 'evaluation_metrics') }}

),

numbered as (

    select
        evaluation_id,
        row_number() over (
            partition by split, cold_share, measured_by
            order by evaluated_at desc, evaluation_id desc
        ) as recency
    from evaluations

),

final as (

    select
        evaluations.evaluation_id,
        evaluations.evaluated_at,
        evaluations.measured_by,
        evaluations.split,
        evaluations.k,
        evaluations.cutoff,
        evaluations.shopper_count,
        evaluations.cold_share,
        evaluations.data_fingerprint,
        metrics.model,
        metrics.slice,
        metrics.metric,
        metrics.value,
        metrics.low,
        metrics.high,
        (numbered.recency = 1) as is_latest
    from metrics
    inner join evaluations
        on metrics.evaluation_id = evaluations.evaluation_id
    inner join numbered
        on metrics.evaluation_id = numbered.evaluation_id

)

select * from final
