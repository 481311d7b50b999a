with additions as (

    select * from {{ source('raw', 'basket_additions') }}

),

consenting_shoppers as (

    select * from {{ ref('int_consenting_shoppers') }}

),

clicks as (

    select * from {{ ref('int_clicks') }}

),

last_clicks as (

    select
        last_click.served_on,
        last_click.place,
        last_click.model,
        last_click.tier
    from additions
    inner join consenting_shoppers
        on additions.shopper_id = consenting_shoppers.shopper_id
    cross join lateral (
        select
            clicks.served_on,
            clicks.place,
            clicks.model,
            clicks.tier
        from clicks
        where
            clicks.shopper_id = additions.shopper_id
            and clicks.product_id = additions.product_id
            and clicks.clicked_at <= additions.added_at
            and clicks.clicked_at > additions.added_at - interval '1 day'
        order by clicks.clicked_at desc
        limit 1
    ) as last_click

),

final as (

    select
        served_on,
        place,
        model,
        tier,
        count(*) as additions
    from last_clicks
    group by served_on, place, model, tier

)

select * from final
