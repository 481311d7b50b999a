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

final as (

    select
        product_id,
        attribute_key,
        place,
        item_text
    from items
    where item_text <> ''

)

select * from final
