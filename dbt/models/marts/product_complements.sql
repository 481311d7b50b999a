{{
    config(
        grants={'select': ['alsolike_app', 'alsolike_analyst']},
        indexes=[
            {'columns': ['product_id', 'rank'], 'unique': true},
        ],
        pre_hook="{{ give_memory() }}"
    )
}}

{#- The places of int_trait_weights. -#}
{%- set places = [1, 2, 3] -%}

with pairs as (

    select * from {{ ref('int_bought_together') }}
    where lift > 1

),

products as (

    select * from {{ ref('int_complement_products') }}

),

category_pairs as (

    select * from {{ ref('int_category_pairs') }}

),

weights as (

    select
            {% for number in places -%}
        coalesce(max(weight) filter (where place = {{ number }}), 0) as weight_{{ number }}
        {%- if not loop.last %},{% endif %}
            {% endfor %}
    from {{ ref('int_trait_weights') }}

),

-- The traits by which what goes together is alike.
traits as (

    select
        product_traits.product_id,
        product_traits.trait_value,
        trait_weights.place as trait_place
    from {{ ref('int_product_traits') }} as product_traits
    inner join {{ ref('int_trait_weights') }} as trait_weights
        on product_traits.trait = trait_weights.trait

),

described as (

    select
        products.*,
        {% for number in places -%}
        values_of.values_{{ number }}
        {%- if not loop.last %},{% endif %}
        {% endfor %}
    from products
    left join (
        select
            product_id,
        {% for number in places -%}
        array_agg(trait_value) filter (where trait_place = {{ number }})
            as values_{{ number }}
        {%- if not loop.last %},{% endif %}
        {% endfor %}
        from traits
        group by product_id
    ) as values_of
        on products.product_id = values_of.product_id

),

paired as (

    select
        products.product_id,
        others.product_id as other_product_id,
        others.group_key as other_group_key,
        'pair' as basis,
        {{ association('pairs.together', 'pairs.lift') }} as score,
        pairs.together,
        pairs.lift
    from pairs
    inner join products
        on pairs.group_key = products.group_key
    inner join products as others
        on
            pairs.other_group_key = others.group_key
            and others.stands_for_group

),

-- Of each category the products that may be chosen, the most often bought first.
choices as (

    select
        described.*,
        row_number() over (
            partition by described.category
            order by
                described.is_in_stock desc,
                described.baskets desc,
                described.product_id asc
        ) as place,
        {{ var('popularity_weight') }} * ln(
            (described.baskets + 1)::double precision
            / (avg(described.baskets) over (partition by described.category) + 1)
        ) as popularity
    from described
    where
        described.stands_for_group
        and described.category is not null

),

choices_alike as (

    select
        choices.category,
        choices.product_id,
        traits.trait_place,
        traits.trait_value,
        row_number() over (
            partition by
                choices.category,
                traits.trait_place,
                traits.trait_value
            order by choices.place asc
        ) as place
    from choices
    inner join traits
        on choices.product_id = traits.product_id

),

-- A few of each category that goes with the product's own, so that the work grows with the products
-- and not with their square: those bought most, and of each trait those bought most.
candidates as (

    select
        products.product_id,
        choices.product_id as other_product_id
    from products
    inner join category_pairs
        on products.category = category_pairs.category
    inner join choices
        on
            category_pairs.other_category = choices.category
            and choices.place <= {{ var('popular_choices') }}
    union distinct
    select
        products.product_id,
        choices_alike.product_id as other_product_id
    from products
    inner join category_pairs
        on products.category = category_pairs.category
    inner join traits
        on products.product_id = traits.product_id
    inner join choices_alike
        on
            category_pairs.other_category = choices_alike.category
            and traits.trait_place = choices_alike.trait_place
            and traits.trait_value = choices_alike.trait_value
            and choices_alike.place <= {{ var('alike_choices') }}

),

chosen as (

    select
        candidates.product_id,
        candidates.other_product_id,
        category_pairs.other_category,
        category_pairs.together,
        category_pairs.lift,
        category_pairs.score
        + choices.popularity
        {% for number in places -%}
        + case
            when one.values_{{ number }} && choices.values_{{ number }}
                then weights.weight_{{ number }}
            else 0
        end
        {% endfor -%}
            as score
    from candidates
    cross join weights
    inner join described as one
        on candidates.product_id = one.product_id
    inner join choices
        on candidates.other_product_id = choices.product_id
    inner join category_pairs
        on
            one.category = category_pairs.category
            and choices.category = category_pairs.other_category
    left join paired
        on
            candidates.product_id = paired.product_id
            and candidates.other_product_id = paired.other_product_id
    where
        paired.product_id is null
        and one.group_key <> choices.group_key

),

chosen_of_category as (

    select
        *,
        row_number() over (
            partition by
                product_id,
                other_category
            order by
                score desc,
                other_product_id asc
        ) as place
    from chosen

),

-- After a few of one category come those of the next.
backed_off as (

    select
        product_id,
        other_product_id,
        'category' as basis,
        score - (place - 1) / {{ var('category_run') }} as score,
        together,
        lift
    from chosen_of_category

),

all_rows as (

    select
        product_id,
        other_product_id,
        basis,
        score,
        together,
        lift
    from paired
    union all
    select
        product_id,
        other_product_id,
        basis,
        score,
        together,
        lift
    from backed_off
    where score > 0

),

ranked as (

    select
        *,
        row_number() over (
            partition by product_id
            order by
                basis desc,
                score desc,
                together desc,
                other_product_id asc
        )::integer as rank
    from all_rows

),

final as (

    select
        product_id,
        rank,
        other_product_id,
        basis,
        score,
        together,
        lift
    from ranked
    where rank <= {{ var('complements_per_product') }}

)

select * from final
