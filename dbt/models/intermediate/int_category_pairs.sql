{{
    config(
        pre_hook="{{ give_memory() }}"
    )
}}

with bought as (

    select * from {{ ref('int_complement_baskets') }}

),

products as (

    select * from {{ ref('int_complement_products') }}

),

all_baskets as (

    select count(distinct basket_id) as baskets
    from bought

),

categories as (

    select distinct
        category,
        parent_category
    from products
    where category is not null

),

-- Of others there is nothing to show.
shown_categories as (

    select distinct category as other_category
    from products
    where stands_for_group

),

basket_categories as (

    select
        basket_id,
        category,
        count(*) as product_count
    from bought
    where category is not null
    group by
        basket_id,
        category

),

counts as (

    select
        categories.category,
        categories.parent_category,
        count(*) as baskets
    from basket_categories
    inner join categories
        on basket_categories.category = categories.category
    group by
        categories.category,
        categories.parent_category

),

-- A category meets itself where a basket holds two of its products.
met as (

    select
        one.category,
        other.category as other_category,
        count(*) as together
    from basket_categories as one
    inner join basket_categories as other
        on
            one.basket_id = other.basket_id
            and (one.category <> other.category or one.product_count > 1)
    group by
        one.category,
        other.category

),

own_pairs as (

    select
        met.category,
        met.other_category,
        met.together,
        one.baskets::double precision * other.baskets / all_baskets.baskets as expected
    from met
    cross join all_baskets
    inner join counts as one
        on met.category = one.category
    inner join counts as other
        on met.other_category = other.category

),

own_partners as (

    select
        own_pairs.*,
        own_pairs.together / own_pairs.expected as lift
    from own_pairs
    inner join shown_categories
        on own_pairs.other_category = shown_categories.other_category
    where
        own_pairs.together >= {{ var('category_support') }}
        and own_pairs.together / own_pairs.expected >= {{ var('category_lift') }}

),

parent_counts as (

    select
        parent_category,
        sum(baskets) as baskets
    from counts
    where parent_category is not null
    group by parent_category

),

-- The other category may be one of the parent's own: what it meets is then its sisters.
parent_pairs as (

    select
        counts.parent_category,
        met.other_category,
        sum(met.together)::bigint as together
    from met
    inner join counts
        on met.category = counts.category
    where
        counts.parent_category is not null
        and met.category <> met.other_category
    group by
        counts.parent_category,
        met.other_category

),

parent_expected as (

    select
        parent_pairs.parent_category,
        parent_pairs.other_category,
        parent_pairs.together,
        (
            parent_counts.baskets
            - case
                when other.parent_category = parent_pairs.parent_category then other.baskets
                else 0
            end
        )::double precision
        * other.baskets
        / all_baskets.baskets as expected
    from parent_pairs
    cross join all_baskets
    inner join parent_counts
        on parent_pairs.parent_category = parent_counts.parent_category
    inner join counts as other
        on parent_pairs.other_category = other.category

),

parent_partners as (

    select
        categories.category,
        parent_expected.other_category,
        parent_expected.together,
        parent_expected.together / parent_expected.expected as lift
    from categories
    inner join parent_expected
        on
            categories.parent_category = parent_expected.parent_category
            and categories.category <> parent_expected.other_category
    inner join shown_categories
        on parent_expected.other_category = shown_categories.other_category
    left join own_partners
        on categories.category = own_partners.category
    where
        own_partners.category is null
        and parent_expected.together >= {{ var('category_support') }}
        and parent_expected.together / parent_expected.expected >= {{ var('category_lift') }}

),

partners as (

    select
        category,
        other_category,
        together,
        lift
    from own_partners
    union all
    select
        category,
        other_category,
        together,
        lift
    from parent_partners

),

scored as (

    select
        *,
        {{ association('together', 'lift') }} as score
    from partners

),

ranked as (

    select
        *,
        row_number() over (
            partition by category
            order by
                score desc,
                together desc,
                other_category asc
        ) as place
    from scored

),

final as (

    select
        category,
        other_category,
        together,
        lift,
        score
    from ranked
    where place <= {{ var('complement_categories') }}

)

select * from final
