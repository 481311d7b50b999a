{{
    config(
        pre_hook="{{ give_memory() }}"
    )
}}

with basket_products as (

    select * from {{ ref('int_basket_products') }}
    where kind = 'co_bought'

),

products as (

    select * from {{ ref('stg_products') }}

),

-- Two variants in one basket are one product in it.
final as (

    select distinct
        basket_products.basket_id,
        {{ group_key('products') }} as group_key
    from basket_products
    inner join products
        on basket_products.product_id = products.product_id

)

select * from final
