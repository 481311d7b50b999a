{{
    config(
        indexes=[{'columns': ['shopper_id'], 'unique': true}]
    )
}}

-- A table, so that the whole run uses the same decisions.
with source as (

    select * from {{ source('raw', 'consenting_shoppers') }}

),

final as (

    select shopper_id
    from source

)

select * from final
