-- Note the staged reviews that cannot be used, with the first reason that applies.
-- A row: one line of the file.
create temporary table rejected on commit drop as
select c.line, c.place, c.reason
from (
    select
        s.line,
        s.ctid as place,
        case
            when s.problem is not null then s.problem
            when s.review_id is null then 'review_id is missing'
            when s.shopper_id is null then 'shopper_id is missing'
            when s.product_id is null then 'product_id is missing'
            when s.rating is null then 'rating is missing'
            when s.reviewed_at is null then 'reviewed_at is missing'
            when octet_length(s.review_id) > 500
                then 'review_id is ' || octet_length(s.review_id) || ' bytes: at most 500'
            when octet_length(s.shopper_id) > 500
                then 'shopper_id is ' || octet_length(s.shopper_id) || ' bytes: at most 500'
            when
                not case
                    when pg_input_is_valid(s.rating, 'integer')
                        then s.rating::integer between 1 and 5
                    when not pg_input_is_valid(s.rating, 'numeric') then false
                    else
                        s.rating::numeric between 1 and 5
                        and s.rating::numeric = trunc(s.rating::numeric)
                end
                then
                    'rating is ''' || left(s.rating, 100)
                    || ''': expected a whole number from 1 to 5'
            when
                s.reviewed_at not like '____-__-__%'
                or not pg_input_is_valid(s.reviewed_at, 'timestamptz')
                then
                    'reviewed_at is ''' || left(s.reviewed_at, 100)
                    || ''': expected a time like 2026-01-31T12:00:00Z'
            when p.product_id is null
                then
                    'product_id is ''' || left(s.product_id, 100)
                    || ''': expected a product that is loaded'
        end as reason
    from staged as s
    left join raw.products as p on s.product_id = p.product_id
) as c
where c.reason is not null
