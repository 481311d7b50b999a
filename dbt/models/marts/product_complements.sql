{{
    config(
        grants={'select': ['alsolike_app', 'alsolike_analyst']},
        indexes=[
            {'columns': ['product_id', 'rank'], 'unique': true},
        ]
    )
}}

with pairs as (

    select * from {{ ref('product_pairs') }}
    where
        kind = 'co_bought'
        and lift > 1

),

products as (

    select * from {{ ref('stg_products') }}

),

scored as (

    select
        pairs.product_id,
        pairs.other_product_id,
        pairs.together,
        pairs.lift,
        coalesce('group ' || others.item_group_id, 'product ' || others.product_id)
            as other_group_key,
        -- The logarithm limits pairs of rare products, the fraction pairs that met by chance.
        pairs.together::double precision
        / (pairs.together + {{ var('complement_shrinkage') }})
        * ln(pairs.lift) as score
    from pairs
    inner join products
        on pairs.product_id = products.product_id
    inner join products as others
        on pairs.other_product_id = others.product_id
    -- A variant does not go with another one of the same product.
    where
        products.item_group_id is null
        or products.item_group_id is distinct from others.item_group_id

),

-- The best variant stands for all.
one_of_each_group as (

    select distinct on (product_id, other_group_key)
        product_id,
        other_product_id,
        together,
        lift,
        score
    from scored
    order by
        product_id asc,
        other_group_key asc,
        score desc,
        together desc,
        other_product_id asc

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
    from one_of_each_group

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
