{{
    config(
        grants={'select': ['alsolike_app', 'alsolike_analyst']},
        indexes=[
            {'columns': ['product_id'], 'unique': true},
            {'columns': ['rank_recent'], 'unique': true},
        ],
        pre_hook="{{ give_memory() }}"
    )
}}

with products as (

    select * from {{ ref('stg_products') }}

),

events as (

    select * from {{ ref('int_counted_events') }}

),

latest_event as (

    select * from {{ ref('int_latest_event') }}

),

-- A visitor counts once per product and day, so nobody makes a trend alone.
by_visitor_and_day as (

    select
        product_id,
        kind,
        max(occurred_at) as occurred_at,
        max({{ event_weight('kind', 'rating') }}) as weight
    from events
    group by
        product_id,
        kind,
        visitor_id,
        (occurred_at at time zone 'UTC')::date

),

weighted as (

    select
        by_visitor_and_day.product_id,
        by_visitor_and_day.kind,
        by_visitor_and_day.weight,
        (
            by_visitor_and_day.occurred_at
            > latest_event.reference_at - interval '{{ var("popularity_window_days") }} days'
        ) as is_recent,
        {{ half_life_decay(
            'by_visitor_and_day.occurred_at',
            'latest_event.reference_at',
            var('popularity_half_life_days')
        ) }} as decay
    from by_visitor_and_day
    cross join latest_event

),

by_product as (

    select
        product_id,
        count(*) filter (where kind = 'view' and is_recent) as views_recent,
        count(*) filter (where kind = 'purchase' and is_recent) as purchases_recent,
        count(*) filter (where kind = 'view') as views_all_time,
        count(*) filter (where kind = 'purchase') as purchases_all_time,
        sum(weight * decay) filter (where is_recent) as popularity_recent,
        sum(weight) as popularity_all_time
    from weighted
    group by product_id

),

every_product as (

    select
        products.product_id,
        products.created_at,
        {{ group_key('products') }} as group_key,
        coalesce(by_product.views_recent, 0)::integer as views_recent,
        coalesce(by_product.purchases_recent, 0)::integer as purchases_recent,
        coalesce(by_product.views_all_time, 0)::integer as views_all_time,
        coalesce(by_product.purchases_all_time, 0)::integer as purchases_all_time,
        coalesce(by_product.popularity_recent, 0) as popularity_recent,
        coalesce(by_product.popularity_all_time, 0) as popularity_all_time
    from products
    left join by_product
        on products.product_id = by_product.product_id

),

-- What is done with one variant is done with all: their product ranks by the sum.
by_group as (

    select
        *,
        sum(popularity_recent) over variants as group_popularity_recent,
        sum(popularity_all_time) over variants as group_popularity_all_time
    from every_product
    window variants as (
        partition by group_key
    )

),

final as (

    select
        product_id,
        views_recent,
        purchases_recent,
        views_all_time,
        purchases_all_time,
        popularity_recent,
        popularity_all_time,
        row_number() over (
            order by
                group_popularity_recent desc,
                group_popularity_all_time desc,
                popularity_recent desc,
                popularity_all_time desc,
                created_at desc,
                product_id asc
        )::integer as rank_recent
    from by_group

)

select * from final
