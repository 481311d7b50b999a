with source as (

    select * from {{ source('recs', 'impression_counts') }}

),

final as (

    select
        day as served_on,
        place,
        model,
        tier,
        position,
        product_id,
        served,
        -- Whoever clicks has seen it, and a browser without scripts tells the click alone.
        greatest(seen, clicked) as seen,
        clicked
    from source
    where not is_bot

)

select * from final
