with purchases as (

    select * from {{ ref('stg_purchases') }}

),

clicks as (

    select * from {{ ref('int_clicks') }}

),

products as (

    select * from {{ ref('stg_products') }}

),

first_click as (

    select min(clicked_at) as clicked_at
    from clicks

),

-- Of the shopper's clicks on the product in the time before the purchase the last one counts.
attributed as (

    select
        purchases.purchase_id,
        purchases.shopper_id,
        purchases.product_id,
        purchases.purchased_at,
        purchases.quantity,
        coalesce(purchases.order_id, purchases.purchase_id) as order_key,
        purchases.unit_price * purchases.quantity as direct_revenue,
        last_click.*
    from purchases
    cross join first_click
    cross join lateral (
        select
            clicks.click_id,
            clicks.clicked_at,
            clicks.served_on,
            clicks.place,
            clicks.model,
            clicks.tier,
            clicks.position,
            clicks.reason_kind,
            clicks.page_product_id
        from clicks
        where
            clicks.shopper_id = purchases.shopper_id
            and clicks.product_id = purchases.product_id
            and clicks.clicked_at <= purchases.purchased_at
            and clicks.clicked_at
            > purchases.purchased_at - interval '{{ var("attribution_days") }} days'
        order by clicks.clicked_at desc, clicks.click_id
        limit 1
    ) as last_click
    where purchases.purchased_at >= first_click.clicked_at

),

-- All that was bought in the orders of these purchases, each currency by itself.
orders as (

    select
        coalesce(purchases.order_id, purchases.purchase_id) as order_key,
        purchases.shopper_id,
        products.currency,
        sum(purchases.unit_price * purchases.quantity) as revenue
    from purchases
    inner join products
        on purchases.product_id = products.product_id
    where
        exists (
            select 1
            from attributed
            where
                attributed.shopper_id = purchases.shopper_id
                and attributed.order_key = coalesce(purchases.order_id, purchases.purchase_id)
        )
    group by 1, purchases.shopper_id, products.currency

),

final as (

    select
        attributed.purchase_id,
        attributed.shopper_id,
        attributed.product_id,
        attributed.purchased_at,
        attributed.quantity,
        attributed.order_key,
        attributed.click_id,
        attributed.clicked_at,
        attributed.served_on,
        attributed.place,
        attributed.model,
        attributed.tier,
        attributed.position,
        attributed.reason_kind,
        attributed.page_product_id,
        attributed.clicked_at
        > attributed.purchased_at - interval '1 hour' as is_within_hour,
        attributed.clicked_at
        > attributed.purchased_at - interval '7 days' as is_within_week,
        products.currency,
        attributed.direct_revenue,
        -- The whole order counts once, for the click that came last.
        case
            when row_number() over (
                partition by attributed.shopper_id, attributed.order_key, products.currency
                order by attributed.clicked_at desc, attributed.purchase_id
            ) = 1
                then orders.revenue
        end as order_revenue
    from attributed
    inner join products
        on attributed.product_id = products.product_id
    inner join orders
        on
            attributed.shopper_id = orders.shopper_id
            and attributed.order_key = orders.order_key
            and products.currency is not distinct from orders.currency

)

select * from final
