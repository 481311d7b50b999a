with basket_products as (

    select * from {{ ref('int_basket_products') }}

),

baskets as (

    select
        kind,
        count(distinct basket_id) as kind_baskets
    from basket_products
    group by kind

),

products as (

    select
        kind,
        product_id,
        product_number,
        count(*) as product_baskets
    from basket_products
    group by
        kind,
        product_id,
        product_number

),

final as (

    select
        products.kind,
        products.product_id,
        products.product_number,
        products.product_baskets,
        baskets.kind_baskets
    from products
    inner join baskets
        on products.kind = baskets.kind

)

select * from final
