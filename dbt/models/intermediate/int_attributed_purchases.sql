with purchases as (

    select
        *,
        coalesce(order_id, purchase_id) as order_key
    from {{ ref('stg_purchases') }}

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
        purchases.order_key,
        purchases.unit_price * purchases.quantity as direct_revenue,
        last_click.*
    from purchases
    cross join first_click
    cross join
        lateral (
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
            order by clicks.clicked_at desc, clicks.click_id asc
            limit 1
        ) as last_click
    where purchases.purchased_at >= first_click.clicked_at

),

-- All that was bought in the orders of these purchases, each currency by itself.
orders as (

    select
        purchases.order_key,
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
                and attributed.order_key = purchases.order_key
        )
    group by purchases.order_key, purchases.shopper_id, products.currency

),

-- A whole order counts once, for the click that came last.
numbered as (

    select
        attributed.*,
        products.currency,
        row_number() over (
            partition by attributed.shopper_id, attributed.order_key, products.currency
            order by attributed.clicked_at desc, attributed.purchase_id asc
        ) as place_in_order
    from attributed
    inner join products
        on attributed.product_id = products.product_id

),

final as (

    select
        numbered.purchase_id,
        numbered.shopper_id,
        numbered.product_id,
        numbered.purchased_at,
        numbered.quantity,
        numbered.order_key,
        numbered.click_id,
        numbered.clicked_at,
        numbered.served_on,
        numbered.place,
        numbered.model,
        numbered.tier,
        numbered.position,
        numbered.reason_kind,
        numbered.page_product_id,
        numbered.clicked_at
        > numbered.purchased_at - interval '1 hour' as is_within_hour,
        numbered.clicked_at
        > numbered.purchased_at - interval '7 days' as is_within_week,
        numbered.currency,
        numbered.direct_revenue,
        case when numbered.place_in_order = 1 then orders.revenue end as order_revenue
    from numbered
    inner join orders
        on
            numbered.shopper_id = orders.shopper_id
            and numbered.order_key = orders.order_key
            and numbered.currency is not distinct from orders.currency

)

select * from final
