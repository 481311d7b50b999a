with purchases as (

    select
        shopper_id,
        date_trunc('month', purchased_at at time zone 'UTC')::date as month
    from {{ ref('stg_purchases') }}
    where
        shopper_id is not null
        and purchased_at <= '{{ run_started_at }}'
    group by shopper_id, month

),

first_months as (

    select
        shopper_id,
        min(month) as cohort_month
    from purchases
    group by shopper_id

),

sizes as (

    select
        cohort_month,
        count(*) as cohort_shoppers
    from first_months
    group by cohort_month

),

counted as (

    select
        first_months.cohort_month,
        (
            12 * (extract(year from purchases.month) - extract(year from first_months.cohort_month))
            + extract(month from purchases.month) - extract(month from first_months.cohort_month)
        )::integer as months_since,
        count(*) as buyers
    from purchases
    inner join first_months
        on purchases.shopper_id = first_months.shopper_id
    group by first_months.cohort_month, months_since

),

-- Neither who came back nor who did not may be a few.
final as (

    select
        counted.cohort_month,
        counted.months_since,
        sizes.cohort_shoppers,
        counted.buyers,
        counted.buyers::double precision / sizes.cohort_shoppers as buyer_share
    from counted
    inner join sizes
        on counted.cohort_month = sizes.cohort_month
    where
        counted.buyers >= {{ var('minimum_group') }}
        and (
            counted.months_since = 0
            or sizes.cohort_shoppers - counted.buyers >= {{ var('minimum_group') }}
        )

)

select * from final
