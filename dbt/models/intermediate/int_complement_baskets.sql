{{
    config(
        pre_hook="{{ give_memory() }}"
    )
}}

with bought as (

    select * from {{ ref('int_bought_groups') }}

),

products as (

    select * from {{ ref('int_complement_products') }}

),

events as (

    select * from {{ ref('int_counted_events') }}
    where
        kind = 'purchase'
        and shopper_id is not null

),

basket_sizes as (

    select
        basket_id,
        count(*) as group_count
    from bought
    group by basket_id

),

orders as (

    select
        count(*) filter (where group_count > 1)
        >= {{ var('complement_basket_share') }} * count(*) as are_enough
    from basket_sizes

),

-- Where each order holds one product, what a shopper buys within some days stands in.
bought_within_days as (

    select distinct
        products.group_key,
        md5(
            row(
                events.shopper_id,
                floor(
                    extract(epoch from events.occurred_at)
                    / (86400 * {{ var('complement_window_days') }})
                )
            )::text
        )::uuid as basket_id
    from events
    inner join products
        on events.product_id = products.product_id
    cross join orders
    where not orders.are_enough

),

drawn as (

    select
        basket_id,
        group_key,
        {{ place_in_draw('bought_within_days') }} as draw
    from bought_within_days

),

baskets as (

    select
        bought.basket_id,
        bought.group_key
    from bought
    cross join orders
    where orders.are_enough
    union all
    select
        basket_id,
        group_key
    from drawn
    where draw <= {{ var('largest_basket') }}

),

final as (

    select
        baskets.basket_id,
        baskets.group_key,
        products.category
    from baskets
    inner join products
        on
            baskets.group_key = products.group_key
            and products.stands_for_group

)

select * from final
