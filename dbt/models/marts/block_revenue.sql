with purchases as (

    select
        served_on,
        place,
        model,
        tier,
        coalesce(currency, '?') as currency,
        shopper_id,
        is_within_hour,
        is_within_week,
        direct_revenue,
        order_revenue
    from {{ ref('int_attributed_purchases') }}

),

final as (

    select
        served_on,
        place,
        model,
        tier,
        currency,
        coalesce(sum(direct_revenue) filter (where is_within_hour), 0) as direct_in_hour,
        coalesce(sum(direct_revenue) filter (where is_within_week), 0) as direct_in_week,
        coalesce(sum(direct_revenue), 0) as direct_in_month,
        coalesce(sum(order_revenue) filter (where is_within_hour), 0) as orders_in_hour,
        coalesce(sum(order_revenue) filter (where is_within_week), 0) as orders_in_week,
        coalesce(sum(order_revenue), 0) as orders_in_month,
        count(order_revenue) as order_count,
        avg(order_revenue) as average_order,
        count(*) filter (where direct_revenue is null) as purchases_without_price,
        count(distinct shopper_id) as buyers
    from purchases
    group by served_on, place, model, tier, currency

)

select * from final
