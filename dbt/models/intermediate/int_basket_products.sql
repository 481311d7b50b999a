{{
    config(
        pre_hook="{{ give_memory() }}"
    )
}}

with events as (

    select * from {{ ref('int_counted_events') }}
    where kind in ('purchase', 'view')

),

products as (

    select
        product_id,
        row_number() over (order by product_id)::integer as product_number
    from {{ ref('stg_products') }}

),

basketed as (

    select
        events.product_id,
        case events.kind when 'purchase' then 'co_bought' else 'co_viewed' end as kind,
        -- A hash of the quoted row is shorter than its parts, and quoting keeps them apart.
        md5(
            row(
                events.kind,
                events.visitor_id,
                events.order_id,
                case
                    when events.order_id is null
                        then (events.occurred_at at time zone 'UTC')::date
                end
            )::text
        )::uuid as basket_id
    from events

),

distinct_products as (

    select distinct
        kind,
        basket_id,
        product_id
    from basketed

),

numbered as (

    select
        distinct_products.kind,
        distinct_products.basket_id,
        distinct_products.product_id,
        products.product_number,
        count(*) over basket as basket_size
    from distinct_products
    inner join products
        on distinct_products.product_id = products.product_id
    window basket as (
        partition by distinct_products.basket_id
    )

),

-- A hash chooses which products a large basket keeps: the same on every run, and unbiased.
drawn as (

    select
        *,
        case
            when basket_size > {{ var('largest_basket') }}
                then row_number() over (
                    partition by basket_id
                    order by
                        case
                            when basket_size > {{ var('largest_basket') }}
                                then md5(basket_id::text || product_id)::uuid
                        end asc,
                        product_number asc
                )
            else 1
        end as draw
    from numbered

),

final as (

    select
        kind,
        basket_id,
        product_id,
        product_number
    from drawn
    where draw <= {{ var('largest_basket') }}

)

select * from final
