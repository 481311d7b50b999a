with hides as (

    select
        product_id,
        count(distinct shopper_id) as shoppers
    from {{ source('recs', 'hides') }}
    group by product_id

),

products as (

    select * from {{ ref('stg_products') }}

),

final as (

    select
        hides.product_id,
        products.title,
        products.category,
        hides.shoppers
    from hides
    inner join products
        on hides.product_id = products.product_id
    where hides.shoppers >= {{ var('minimum_group') }}

)

select * from final
