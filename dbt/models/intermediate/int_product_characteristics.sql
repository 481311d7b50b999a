{{ config(materialized='view') }}

with products as (

    select * from {{ ref('stg_products') }}

),

-- A single value counts as a list of one; nested objects are left out.
attributes as (

    select
        products.product_id,
        entry.attribute_key,
        case jsonb_typeof(entry.attribute_value)
            when 'array' then entry.attribute_value
            when 'object' then '[]'::jsonb
            else jsonb_build_array(entry.attribute_value)
        end as attribute_items
    from products
    cross join
        lateral jsonb_each(products.attributes) as entry (attribute_key, attribute_value)

),

items as (

    select
        attributes.product_id,
        attributes.attribute_key,
        item.place,
        trim(item.item_value #>> '{}') as item_text
    from attributes
    cross join
        lateral jsonb_array_elements(attributes.attribute_items)
        with ordinality as item (item_value, place)
    where jsonb_typeof(item.item_value) in ('string', 'number', 'boolean')

),

attribute_texts as (

    select
        product_id,
        attribute_key,
        replace(attribute_key, '_', ' ')
        || ': '
        || string_agg(item_text, ', ' order by place) as attribute_text
    from items
    where item_text <> ''
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
