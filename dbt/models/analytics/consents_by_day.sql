with final as (

    select
        (recorded_at at time zone 'UTC')::date as decided_on,
        purpose,
        is_granted,
        count(distinct shopper_id) as shoppers
    from {{ source('raw', 'consents') }}
    group by decided_on, purpose, is_granted

)

select * from final
where shoppers >= {{ var('minimum_group') }}
