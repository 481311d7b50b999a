with final as (

    select
        served_on,
        place,
        model,
        position,
        sum(served)::bigint as impressions,
        sum(seen)::bigint as seen,
        sum(clicked)::bigint as clicks
    from {{ ref('int_impression_days') }}
    group by served_on, place, model, position

)

select * from final
