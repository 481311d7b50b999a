with days as (

    select
        served_on,
        model,
        reason_kind,
        sum(served)::bigint as impressions,
        sum(seen)::bigint as seen,
        sum(clicked)::bigint as clicks
    from {{ ref('int_impression_days') }}
    where reason_kind is not null
    group by served_on, model, reason_kind

),

purchases as (

    select
        served_on,
        model,
        reason_kind,
        count(*) as purchases
    from {{ ref('int_attributed_purchases') }}
    where reason_kind is not null
    group by served_on, model, reason_kind

),

final as (

    select
        days.served_on,
        days.model,
        days.reason_kind,
        days.impressions,
        days.seen,
        days.clicks,
        coalesce(purchases.purchases, 0) as purchases
    from days
    left join purchases
        on
            days.served_on = purchases.served_on
            and days.model is not distinct from purchases.model
            and days.reason_kind = purchases.reason_kind

)

select * from final
