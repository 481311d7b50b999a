{{
    config(
        grants={'select': ['alsolike_app', 'alsolike_analyst']},
        indexes=[
            {'columns': ['product_id', 'rank'], 'unique': true},
        ]
    )
}}

with pairs as (

    select * from {{ ref('int_bought_together') }}
    where lift > 1

),

basket_counts as (

    select * from {{ ref('int_basket_counts') }}
    where kind = 'co_bought'

),

products as (

    select
        stg_products.product_id,
        coalesce('group ' || stg_products.variant_group_id, 'product ' || stg_products.product_id)
            as group_key,
        stg_products.is_in_stock,
        coalesce(basket_counts.product_baskets, 0) as product_baskets
    from {{ ref('stg_products') }} as stg_products
    left join basket_counts
        on stg_products.product_id = basket_counts.product_id

),

-- The variant that is bought most often stands for all, one in stock before one that is not.
one_of_each_group as (

    select distinct on (group_key)
        group_key,
        product_id
    from products
    order by
        group_key asc,
        is_in_stock desc,
        product_baskets desc,
        product_id asc

),

scored as (

    select
        products.product_id,
        others.product_id as other_product_id,
        pairs.together,
        pairs.lift,
        -- The logarithm limits pairs of rare products, the fraction pairs that met by chance.
        pairs.together::double precision
        / (pairs.together + {{ var('complement_shrinkage') }})
        * ln(pairs.lift) as score
    from pairs
    inner join products
        on pairs.group_key = products.group_key
    inner join one_of_each_group as others
        on pairs.other_group_key = others.group_key

),

ranked as (

    select
        *,
        row_number() over (
            partition by product_id
            order by
                score desc,
                together desc,
                other_product_id asc
        )::integer as rank
    from scored

),

final as (

    select
        product_id,
        rank,
        other_product_id,
        score,
        together,
        lift
    from ranked
    where rank <= {{ var('complements_per_product') }}

)

select * from final
