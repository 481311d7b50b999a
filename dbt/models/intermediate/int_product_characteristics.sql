{{ config(materialized='view') }}

with products as (

    select * from {{ ref('stg_products') }}

),

items as (

    select * from {{ ref('int_attribute_items') }}

),

attribute_texts as (

    select
        product_id,
        attribute_key,
        replace(attribute_key, '_', ' ')
        || ': '
        || string_agg(item_text, ', ' order by place) as attribute_text
    from items
    group by
        product_id,
        attribute_key

),

product_attributes as (

    select
        product_id,
        -- Byte order is the same on every server.
        string_agg(attribute_text, E'\n' order by attribute_key collate "C") as attribute_texts
    from attribute_texts
    group by product_id

),

-- Short, distinctive lines come first, because an encoder truncates its input.
final as (

    select
        products.product_id,
        nullif(
            left(
                concat_ws(
                    E'\n',
                    'category: ' || products.category,
                    'brand: ' || products.brand,
                    product_attributes.attribute_texts,
                    products.description
                ),
                {{ var('characteristics_characters') }}
            ),
            ''
        ) as characteristics_text
    from products
    left join product_attributes
        on products.product_id = product_attributes.product_id

)

select * from final
