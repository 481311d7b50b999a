{{
    config(
        pre_hook="{{ give_memory('512MB') }}"
    )
}}

with basket_products as (

    select * from {{ ref('int_basket_products') }}

),

-- A pair is in at most as many baskets as either product, so rare products need not be paired.
frequent_products as (

    select
        kind,
        product_number
    from {{ ref('int_basket_counts') }}
    where product_baskets >= {{ var('minimum_support') }}

),

frequent as (

    select
        basket_products.kind,
        basket_products.basket_id,
        basket_products.product_number
    from basket_products
    inner join frequent_products
        on
            basket_products.kind = frequent_products.kind
            and basket_products.product_number = frequent_products.product_number

),

final as (

    select
        one.kind,
        one.product_number,
        other.product_number as other_product_number,
        count(*) as together
    from frequent as one
    inner join frequent as other
        on
            one.basket_id = other.basket_id
            and one.product_number < other.product_number
    group by
        one.kind,
        one.product_number,
        other.product_number
    having count(*) >= {{ var('minimum_support') }}

)

select * from final
