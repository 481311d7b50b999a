{{
    config(
        grants={'select': ['alsolike_app', 'alsolike_analyst']},
        indexes=[
            {'columns': ['product_id'], 'unique': true},
        ]
    )
}}

with products as (

    select * from {{ ref('stg_products') }}

),

purchases as (

    select * from {{ ref('int_counted_events') }}
    where
        kind = 'purchase'
        -- Two orders of one guest cannot be recognised.
        and shopper_id is not null

),

-- A product twice in one order is a quantity, not a second purchase.
by_shopper as (

    select
        shopper_id,
        product_id,
        count(distinct date_trunc('day', occurred_at, 'UTC')) as days_bought,
        extract(epoch from max(occurred_at) - min(occurred_at)) / 86400 as days_spanned
    from purchases
    group by
        shopper_id,
        product_id

),

by_category as (

    select
        products.category,
        count(*) as buyers,
        count(*) filter (where by_shopper.days_bought > 1) as rebuyers,
        percentile_cont(0.5) within group (
            order by by_shopper.days_spanned / (by_shopper.days_bought - 1)
        ) filter (where by_shopper.days_bought > 1) as days_between
    from by_shopper
    inner join products
        on by_shopper.product_id = products.product_id
    where products.category is not null
    group by products.category

),

final as (

    select
        products.product_id,
        by_category.rebuyers::double precision / by_category.buyers as rebuyer_share,
        by_category.days_between
    from products
    inner join by_category
        on products.category = by_category.category
    where
        by_category.buyers >= {{ var('rebuyable_minimum_buyers') }}
        and by_category.rebuyers::double precision / by_category.buyers
        >= {{ var('rebuyable_share') }}

)

select * from final
