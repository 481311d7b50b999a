with products as (

    select
        stg_products.*,
        {{ group_key('stg_products') }} as group_key
    from {{ ref('stg_products') }} as stg_products

),

product_baskets as (

    select * from {{ ref('int_basket_counts') }}
    where kind = 'co_bought'

),

group_baskets as (

    select
        group_key,
        count(*) as baskets
    from {{ ref('int_bought_groups') }}
    group by group_key

),

-- The variant that is bought most often stands for all, one in stock before one that is not. A
-- hidden one never does.
ordered as (

    select
        products.*,
        row_number() over (
            partition by products.group_key
            order by
                products.is_shown desc,
                products.is_in_stock desc,
                coalesce(product_baskets.product_baskets, 0) desc,
                products.product_id asc
        ) as place
    from products
    left join product_baskets
        on products.product_id = product_baskets.product_id

),

final as (

    select
        ordered.product_id,
        ordered.group_key,
        ordered.category,
        substring(ordered.category from '^(.+) > ') as parent_category,
        ordered.is_in_stock,
        coalesce(group_baskets.baskets, 0) as baskets,
        ordered.place = 1 and ordered.is_shown as stands_for_group
    from ordered
    left join group_baskets
        on ordered.group_key = group_baskets.group_key

)

select * from final
