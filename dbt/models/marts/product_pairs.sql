{{
    config(
        grants={'select': ['alsolike_app', 'alsolike_analyst']},
        indexes=[
            {'columns': ['product_id', 'kind', 'other_product_id'], 'unique': true},
        ],
        pre_hook="{{ give_memory() }}"
    )
}}

with pair_counts as (

    select * from {{ ref('int_pair_counts') }}

),

basket_counts as (

    select * from {{ ref('int_basket_counts') }}

),

both_orders as (

    select
        kind,
        product_number,
        other_product_number,
        together
    from pair_counts
    union all
    select
        kind,
        other_product_number as product_number,
        product_number as other_product_number,
        together
    from pair_counts

),

final as (

    select
        one.product_id,
        other.product_id as other_product_id,
        both_orders.kind,
        both_orders.together,
        one.product_baskets as product_count,
        other.product_baskets as other_count,
        both_orders.together::double precision
        * one.kind_baskets
        / (one.product_baskets::double precision * other.product_baskets) as lift
    from both_orders
    inner join basket_counts as one
        on
            both_orders.kind = one.kind
            and both_orders.product_number = one.product_number
    inner join basket_counts as other
        on
            both_orders.kind = other.kind
            and both_orders.other_product_number = other.product_number

)

select * from final
