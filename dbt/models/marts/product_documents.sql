with products as (

    select * from {{ ref('stg_products') }}

),

product_characteristics as (

    select * from {{ ref('int_product_characteristics') }}

),

review_texts as (

    select * from {{ ref('int_product_review_texts') }}

),

name_parts as (

    select
        product_id,
        'name' as part,
        concat_ws(E'\n', title, brand) as content
    from products

),

details_parts as (

    select
        products.product_id,
        'details' as part,
        concat_ws(
            E'\n',
            product_characteristics.characteristics_text,
            E'reviews:\n' || review_texts.review_texts
        ) as content
    from products
    left join product_characteristics
        on products.product_id = product_characteristics.product_id
    left join review_texts
        on products.product_id = review_texts.product_id

),

parts as (

    select * from name_parts
    union all
    select * from details_parts

),

final as (

    select
        product_id,
        part,
        content,
        md5(content) as content_hash
    from parts
    where content <> ''

)

select * from final
