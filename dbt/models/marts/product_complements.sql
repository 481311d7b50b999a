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

scored as (

    select
        product_id,
        other_product_id,
        together,
        lift,
        -- The logarithm limits pairs of rare products, the fraction pairs that met by chance.
        together::double precision
        / (together + {{ var('complement_shrinkage') }})
        * ln(lift) as score
    from pairs

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
