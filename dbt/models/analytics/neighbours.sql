{{ config(materialized='view') }}

with products as (

    select * from {{ ref('stg_products') }}

),

neighbours as (

    select * from {{ source('recs', 'neighbours') }}

),

serving as (

    select * from {{ source('recs', 'serving_model') }}

),

final as (

    select
        neighbours.product_id,
        products.title,
        products.category,
        neighbours.rank,
        neighbours.neighbour_id,
        others.title as neighbour_title,
        others.category as neighbour_category,
        neighbours.score
    from neighbours
    inner join serving
        on neighbours.model_id = serving.model_id
    inner join products
        on neighbours.product_id = products.product_id
    inner join products as others
        on neighbours.neighbour_id = others.product_id

)

select * from final
