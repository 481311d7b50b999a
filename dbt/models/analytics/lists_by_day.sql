with judged as (

    select
        *,
        {{ is_of_enough('visitors', 'served_on', "concat_ws(' ', place, tier, model)") }}
            as is_shown
    from {{ ref('block_performance') }}
    -- A click that the shop told alone is of a person whom no impression counts.
    where impressions > 0

),

final as (

    select
        served_on,
        place,
        model,
        tier,
        impressions,
        seen,
        clicks,
        measured_impressions,
        answers,
        visitors
    from judged
    where is_shown

)

select * from final
