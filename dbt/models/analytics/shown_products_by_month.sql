with both_kinds as (

    select
        date_trunc('month', served_on::timestamp)::date as month,
        product_id,
        1::bigint as served,
        (seen_at is not null)::integer as seen,
        (clicked_at is not null)::integer as clicked,
        {{ visitor_id('shopper_id', 'session_id', 'null') }} as visitor_id
    from {{ ref('stg_impressions') }}
    where served_at >= {{ begin_of_window() }}
    union all
    select
        date_trunc('month', served_on::timestamp)::date as month,
        product_id,
        served,
        seen,
        clicked,
        null::text as visitor_id
    from {{ ref('stg_impression_counts') }}
    where served_on >= ({{ begin_of_window() }} at time zone 'UTC')::date

),

summed as (

    select
        month,
        product_id,
        sum(served)::bigint as impressions,
        sum(seen)::bigint as seen,
        sum(clicked)::bigint as clicks,
        count(distinct visitor_id) as visitors
    from both_kinds
    group by month, product_id

),

bought as (

    select
        date_trunc('month', served_on::timestamp)::date as month,
        product_id,
        count(distinct shopper_id) as buyers
    from {{ ref('int_attributed_purchases') }}
    group by month, product_id

),

judged as (

    select
        *,
        {{ is_of_enough('visitors', 'month', 'product_id') }} as is_shown
    from summed

),

products as (

    select * from {{ ref('stg_products') }}

),

final as (

    select
        judged.month,
        judged.product_id,
        products.title,
        products.category,
        judged.impressions,
        judged.seen,
        judged.clicks,
        {{ if_enough('coalesce(bought.buyers, 0)') }} as buyers
    from judged
    inner join products
        on judged.product_id = products.product_id
    left join bought
        on
            judged.month = bought.month
            and judged.product_id = bought.product_id
    where judged.is_shown

)

select * from final
