{{
    config(
        pre_hook="{{ give_memory() }}"
    )
}}

with bought as (

    select * from {{ ref('int_complement_baskets') }}
    where category is not null

),

traits as (

    select
        products.group_key,
        products.category,
        products.baskets,
        product_traits.trait,
        product_traits.trait_value
    from {{ ref('int_product_traits') }} as product_traits
    inner join {{ ref('int_complement_products') }} as products
        on product_traits.product_id = products.product_id
    where
        products.stands_for_group
        and products.category is not null

),

-- Ids of baskets are hashes: the first of them are drawn at random.
sample as (

    select basket_id
    from bought
    group by basket_id
    having count(distinct category) > 1
    order by basket_id asc
    limit {{ var('trait_baskets') }}

),

drawn as (

    select
        bought.*,
        {{ place_in_draw('bought') }} as draw
    from bought
    inner join sample
        on bought.basket_id = sample.basket_id

),

pairs as (

    select
        one.group_key,
        other.group_key as other_group_key,
        other.category as other_category,
        row_number() over () as pair_number
    from drawn as one
    inner join drawn as other
        on
            one.basket_id = other.basket_id
            and one.category <> other.category
    where
        one.draw <= {{ var('trait_basket_products') }}
        and other.draw <= {{ var('trait_basket_products') }}

),

holders as (

    select distinct
        group_key,
        category,
        baskets,
        trait
    from traits

),

totals as (

    select
        category,
        trait,
        sum(baskets) as baskets
    from holders
    group by
        category,
        trait
    having sum(baskets) > 0

),

-- How likely a purchase of the category, of a product that has the trait, has this value.
shares as (

    select
        traits.category,
        traits.trait,
        traits.trait_value,
        sum(traits.baskets)::double precision / totals.baskets as share
    from traits
    inner join totals
        on
            traits.category = totals.category
            and traits.trait = totals.trait
    group by
        traits.category,
        traits.trait,
        traits.trait_value,
        totals.baskets

),

compared as (

    select
        one.trait,
        pairs.pair_number,
        bool_or(other.trait_value is not null) as is_shared,
        least(1, coalesce(sum(shares.share), 0)) as chance
    from pairs
    inner join traits as one
        on pairs.group_key = one.group_key
    inner join holders
        on
            pairs.other_group_key = holders.group_key
            and one.trait = holders.trait
    left join shares
        on
            pairs.other_category = shares.category
            and one.trait = shares.trait
            and one.trait_value = shares.trait_value
    left join traits as other
        on
            pairs.other_group_key = other.group_key
            and one.trait = other.trait
            and one.trait_value = other.trait_value
    group by
        one.trait,
        pairs.pair_number

),

counted as (

    select
        trait,
        count(*) filter (where is_shared) as shared,
        sum(chance) as expected
    from compared
    group by trait

),

weighed as (

    select
        *,
        ln(
            (shared + {{ var('complement_shrinkage') }})::double precision
            / (expected + {{ var('complement_shrinkage') }})
        ) as weight
    from counted

),

final as (

    select
        trait,
        shared,
        expected,
        weight,
        row_number() over (
            order by
                weight desc,
                trait asc
        )::integer as place
    from weighed
    where weight >= {{ var('trait_weight') }}
    order by place asc
    limit 3

)

select * from final
