{{
    config(
        indexes=[{'columns': ['shopper_id'], 'unique': true}]
    )
}}

-- A table, so that the whole run goes by the same decisions.
with consents as (

    select * from {{ ref('stg_consents') }}

),

final as (

    select
        shopper_id,
        recorded_at as consented_at
    from consents
    where
        purpose = 'personalisation'
        and is_granted

)

select * from final
