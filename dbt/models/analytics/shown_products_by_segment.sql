with products as (

    select
        *,
        split_part(category, ' > ', 1) as department
    from {{ ref('stg_products') }}

),

consenting_shoppers as (

    select * from {{ ref('int_consenting_shoppers') }}

),

-- Of shoppers who agreed to measurement and to personalisation.
impressions as (

    select
        impressions.shopper_id,
        impressions.product_id,
        bool_or(impressions.clicked_at is not null) as has_clicked
    from {{ ref('stg_impressions') }} as impressions
    inner join consenting_shoppers
        on impressions.shopper_id = consenting_shoppers.shopper_id
    where impressions.served_at >= {{ begin_of_window() }}
    group by impressions.shopper_id, impressions.product_id

),

purchases as (

    select
        purchases.shopper_id,
        coalesce(purchases.order_id, purchases.event_id) as order_key,
        products.department
    from {{ ref('int_counted_events') }} as purchases
    inner join products
        on purchases.product_id = products.product_id
    where
        purchases.kind = 'purchase'
        and purchases.shopper_id is not null

),

shoppers as (

    select distinct shopper_id from impressions

),

by_orders as (

    select
        shoppers.shopper_id,
        'orders' as segment_kind,
        case count(distinct purchases.order_key)
            when 0 then 'none yet'
            when 1 then 'one'
            else 'several'
        end as segment
    from shoppers
    left join purchases
        on shoppers.shopper_id = purchases.shopper_id
    group by shoppers.shopper_id

),

-- The department in which somebody bought most.
by_department as (

    select distinct on (purchases.shopper_id)
        purchases.shopper_id,
        'department' as segment_kind,
        purchases.department as segment
    from purchases
    inner join shoppers
        on purchases.shopper_id = shoppers.shopper_id
    where purchases.department is not null
    group by purchases.shopper_id, purchases.department
    order by purchases.shopper_id asc, count(*) desc, purchases.department asc

),

segments as (

    select * from by_orders
    union all
    select * from by_department

),

sizes as (

    select
        segment_kind,
        segment,
        count(*) as segment_shoppers
    from segments
    group by segment_kind, segment

),

summed as (

    select
        segments.segment_kind,
        segments.segment,
        impressions.product_id,
        count(*) as shoppers,
        count(*) filter (where impressions.has_clicked) as clickers
    from segments
    inner join impressions
        on segments.shopper_id = impressions.shopper_id
    group by segments.segment_kind, segments.segment, impressions.product_id

),

judged as (

    select
        *,
        {{ is_of_enough('shoppers', 'segment_kind, product_id', 'segment') }} as is_shown
    from summed

),

ranked as (

    select
        judged.segment_kind,
        judged.segment,
        sizes.segment_shoppers,
        row_number() over (
            partition by judged.segment_kind, judged.segment
            order by judged.shoppers desc, judged.product_id asc
        )::integer as rank,
        judged.product_id,
        products.title,
        judged.shoppers,
        {{ if_enough('judged.clickers') }} as clickers
    from judged
    inner join products
        on judged.product_id = products.product_id
    inner join sizes
        on
            judged.segment_kind = sizes.segment_kind
            and judged.segment = sizes.segment
    where judged.is_shown

),

final as (

    select * from ranked
    where rank <= 100

)

select * from final
