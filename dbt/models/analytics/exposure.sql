with products as (

    select * from {{ ref('stg_products') }}
    where is_shown

),

values_of as (

    select
        product_id,
        'brand' as dimension,
        brand as value
    from products
    union all
    select
        product_id,
        'department' as dimension,
        split_part(category, ' > ', 1) as value
    from products
    union all
    select
        product_id,
        'price band' as dimension,
        currency || ' ' || case
            when price < 10 then 'below 10'
            when price < 20 then '10 to 20'
            when price < 50 then '20 to 50'
            when price < 100 then '50 to 100'
            when price < 200 then '100 to 200'
            when price < 500 then '200 to 500'
            when price >= 500 then '500 and more'
        end as value
    from products

),

described as (

    select
        product_id,
        dimension,
        coalesce(value, '?') as value
    from values_of

),

catalogue as (

    select
        dimension,
        value,
        count(*) as products,
        count(*)::double precision / sum(count(*)) over (partition by dimension) as catalogue_share
    from described
    group by dimension, value

),

both_kinds as (

    select
        product_id,
        1::bigint as served,
        (clicked_at is not null)::integer as clicked,
        {{ visitor_id('shopper_id', 'session_id', 'null') }} as visitor_id
    from {{ ref('stg_impressions') }}
    where served_at >= {{ begin_of_window() }}
    union all
    select
        product_id,
        served,
        clicked,
        null::text as visitor_id
    from {{ ref('stg_impression_counts') }}
    where served_on >= ({{ begin_of_window() }} at time zone 'UTC')::date

),

shown as (

    select
        described.dimension,
        described.value,
        count(distinct both_kinds.product_id) as products_shown,
        sum(both_kinds.served)::bigint as impressions,
        sum(both_kinds.clicked)::bigint as clicks,
        count(distinct both_kinds.visitor_id) as visitors
    from described
    inner join both_kinds
        on described.product_id = both_kinds.product_id
    group by described.dimension, described.value

),

together as (

    select
        catalogue.dimension,
        catalogue.value,
        catalogue.products,
        catalogue.catalogue_share,
        coalesce(shown.products_shown, 0) as products_shown,
        coalesce(shown.impressions, 0) as impressions,
        coalesce(shown.clicks, 0) as clicks,
        coalesce(shown.visitors, 0) as visitors
    from catalogue
    left join shown
        on
            catalogue.dimension = shown.dimension
            and catalogue.value = shown.value

),

judged as (

    select
        *,
        {{ is_of_enough('visitors', 'dimension', 'value') }} as is_shown
    from together

),

-- The shares of what is shown here: with those of all, what is left out could be told.
final as (

    select
        dimension,
        value,
        products,
        products_shown,
        impressions,
        clicks,
        catalogue_share,
        coalesce(
            impressions::double precision
            / nullif(sum(impressions) over (partition by dimension), 0),
            0
        ) as exposure_share
    from judged
    where is_shown

)

select * from final
