with products as (

    select * from {{ ref('stg_products') }}

),

items as (

    select * from {{ ref('int_attribute_items') }}

),

-- What is dear among tents is dear among sleeping bags too, at another price.
price_levels as (

    select
        product_id,
        ntile(3) over (
            partition by
                category,
                currency
            order by
                price asc,
                product_id asc
        ) as price_level
    from products
    where
        price is not null
        and category is not null

),

traits as (

    select
        product_id,
        'brand' as trait,
        lower(brand) as trait_value
    from products
    where brand is not null
    union all
    select
        product_id,
        'price level' as trait,
        price_level::text as trait_value
    from price_levels
    union all
    -- A long value is a text, which no two products share.
    select
        product_id,
        'attribute ' || attribute_key as trait,
        lower(item_text) as trait_value
    from items
    where length(item_text) <= {{ var('trait_characters') }}

),

final as (

    select distinct
        product_id,
        trait,
        trait_value
    from traits

)

select * from final
