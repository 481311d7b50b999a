with purchases as (

    select
        date_trunc('week', served_on::timestamp)::date as week,
        place,
        model,
        coalesce(currency, '?') as currency,
        shopper_id,
        order_key,
        direct_revenue,
        order_revenue
    from {{ ref('int_attributed_purchases') }}

),

summed as (

    select
        week,
        place,
        model,
        currency,
        count(*) as purchases,
        count(distinct shopper_id || ' ' || order_key) as orders,
        coalesce(sum(direct_revenue), 0) as direct_revenue,
        coalesce(sum(order_revenue), 0) as order_revenue,
        count(distinct shopper_id) as buyers
    from purchases
    group by week, place, model, currency

),

judged as (

    select
        *,
        {{ is_of_enough('buyers', 'week, currency', "concat_ws(' ', place, model)") }} as is_shown
    from summed

),

final as (

    select
        week,
        place,
        model,
        currency,
        purchases,
        orders,
        direct_revenue,
        order_revenue,
        buyers
    from judged
    where is_shown

)

select * from final
