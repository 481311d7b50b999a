with days as (

    select
        date_trunc('month', served_on)::date as month,
        product_id,
        sum(served)::bigint as impressions,
        sum(seen)::bigint as seen,
        sum(clicked)::bigint as clicks
    from {{ ref('int_product_days') }}
    group by date_trunc('month', served_on), product_id

),

purchases as (

    select
        date_trunc('month', served_on)::date as month,
        product_id,
        count(*) as purchases,
        sum(quantity)::bigint as pieces,
        sum(direct_revenue) as revenue
    from {{ ref('int_attributed_purchases') }}
    group by date_trunc('month', served_on), product_id

),

products as (

    select * from {{ ref('stg_products') }}

),

final as (

    select
        days.month,
        days.product_id,
        days.impressions,
        days.seen,
        days.clicks,
        coalesce(purchases.purchases, 0) as purchases,
        coalesce(purchases.pieces, 0) as pieces,
        coalesce(purchases.revenue, 0) as revenue,
        products.currency
    from days
    inner join products
        on days.product_id = products.product_id
    left join purchases
        on
            days.month = purchases.month
            and days.product_id = purchases.product_id

)

select * from final
