with products as (

    select * from {{ ref('stg_products') }}

),

complements as (

    select * from {{ ref('product_complements') }}

),

-- Without the numbers of baskets, which may be of one or two people.
final as (

    select
        complements.product_id,
        products.title,
        products.category,
        complements.rank,
        complements.other_product_id,
        others.title as other_title,
        others.category as other_category,
        complements.basis
    from complements
    inner join products
        on complements.product_id = products.product_id
    inner join products as others
        on complements.other_product_id = others.product_id
    where complements.rank <= 10

)

select * from final
