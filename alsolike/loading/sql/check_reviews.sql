-- Note the staged reviews that cannot be used, with the first reason that applies.
-- A row: one line of the file.
create temporary table left_out on commit drop as
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
            when octet_length(s.review_id) > 500 then too_long('review_id', s.review_id, 500)
            when octet_length(s.shopper_id) > 500 then too_long('shopper_id', s.shopper_id, 500)
            when s.rating !~ '^[1-5]([.]0*)?$'
                then fault('rating', s.rating, 'expected a number from 1 to 5')
            when time_fault(s.reviewed_at) is not null
                then fault('reviewed_at', s.reviewed_at, time_fault(s.reviewed_at))
            when p.product_id is null
                then fault('product_id', s.product_id, 'expected a product that is loaded')
        end as reason
    from staged as s
    left join raw.products as p on s.product_id = p.product_id
) as c
where c.reason is not null
