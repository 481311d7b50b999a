with days as (

    select
        served_on,
        place,
        model,
        tier,
        sum(served)::bigint as impressions,
        sum(seen)::bigint as seen,
        sum(clicked)::bigint as clicks,
        sum(measured)::bigint as measured_impressions
    from {{ ref('int_impression_days') }}
    group by served_on, place, model, tier

),

lists as (

    select * from {{ ref('int_list_days') }}

),

purchases as (

    select
        served_on,
        place,
        model,
        tier,
        count(*) filter (where is_within_hour) as purchases_in_hour,
        count(*) filter (where is_within_week) as purchases_in_week,
        count(*) as purchases_in_month,
        count(distinct shopper_id || ' ' || order_key) as orders_in_month,
        count(distinct shopper_id) as buyers_in_month
    from {{ ref('int_attributed_purchases') }}
    group by served_on, place, model, tier

),

baskets as (

    select * from {{ ref('int_block_baskets') }}

),

-- What the API told of clicks has no impressions.
keys as (

    select served_on, place, model, tier from days
    union
    select served_on, place, model, tier from purchases

),

final as (

    select
        keys.served_on,
        keys.place,
        keys.model,
        keys.tier,
        coalesce(days.impressions, 0) as impressions,
        coalesce(days.seen, 0) as seen,
        coalesce(days.clicks, 0) as clicks,
        coalesce(days.measured_impressions, 0) as measured_impressions,
        coalesce(lists.answers, 0) as answers,
        coalesce(lists.visitors, 0) as visitors,
        coalesce(lists.shoppers, 0) as shoppers,
        coalesce(baskets.additions, 0) as basket_additions,
        coalesce(purchases.purchases_in_hour, 0) as purchases_in_hour,
        coalesce(purchases.purchases_in_week, 0) as purchases_in_week,
        coalesce(purchases.purchases_in_month, 0) as purchases_in_month,
        coalesce(purchases.orders_in_month, 0) as orders_in_month,
        coalesce(purchases.buyers_in_month, 0) as buyers_in_month
    from keys
    left join days
        on {{ is_same_list('keys', 'days') }}
    left join lists
        on {{ is_same_list('keys', 'lists') }}
    left join purchases
        on {{ is_same_list('keys', 'purchases') }}
    left join baskets
        on {{ is_same_list('keys', 'baskets') }}

)

select * from final
