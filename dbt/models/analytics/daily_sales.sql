with purchases as (

    select
        *,
        coalesce(order_id, purchase_id) as order_key
    from {{ ref('stg_purchases') }}
    where purchased_at <= '{{ run_started_at }}'

),

products as (

    select * from {{ ref('stg_products') }}

),

final as (

    select
        (purchases.purchased_at at time zone 'UTC')::date as sold_on,
        coalesce(products.currency, '?') as currency,
        count(distinct coalesce(purchases.shopper_id, '') || ' ' || purchases.order_key) as orders,
        sum(purchases.quantity)::bigint as pieces,
        coalesce(sum(purchases.unit_price * purchases.quantity), 0) as revenue,
        -- A guest's order is a person.
        count(distinct {{ visitor_id('purchases.shopper_id', 'null', 'purchases.order_key') }})
            as buyers
    from purchases
    inner join products
        on purchases.product_id = products.product_id
    group by sold_on, coalesce(products.currency, '?')

)

select * from final
where buyers >= {{ var('minimum_group') }}
