{{
    config(
        pre_hook="{{ give_memory('512MB') }}"
    )
}}

with bought as (

    select * from {{ ref('int_bought_groups') }}

),

all_baskets as (

    select count(distinct basket_id) as baskets from bought

),

-- A pair is in at most as many baskets as either product, so rare products need not be paired.
frequent as (

    select
        group_key,
        count(*) as baskets
    from bought
    group by group_key
    having count(*) >= {{ var('minimum_support') }}

),

frequently_bought as (

    select bought.*
    from bought
    inner join frequent
        on bought.group_key = frequent.group_key

),

pairs as (

    select
        one.group_key,
        other.group_key as other_group_key,
        count(*) as together
    from frequently_bought as one
    inner join frequently_bought as other
        on
            one.basket_id = other.basket_id
            and one.group_key <> other.group_key
    group by
        one.group_key,
        other.group_key
    having count(*) >= {{ var('minimum_support') }}

),

final as (

    select
        pairs.group_key,
        pairs.other_group_key,
        pairs.together,
        pairs.together::double precision
        * all_baskets.baskets
        / (one.baskets::double precision * other.baskets) as lift
    from pairs
    cross join all_baskets
    inner join frequent as one
        on pairs.group_key = one.group_key
    inner join frequent as other
        on pairs.other_group_key = other.group_key

)

select * from final
