-- Note the staged views that cannot be used, with the first reason that applies.
-- A row: one line of the file.
create temporary table left_out on commit drop as
select c.line, c.place, c.reason
from (
    select
        s.line,
        s.ctid as place,
        case
            when s.problem is not null then s.problem
            when s.view_id is null then 'view_id is missing'
            when s.product_id is null then 'product_id is missing'
            when s.viewed_at is null then 'viewed_at is missing'
            when s.shopper_id is null and s.session_id is null
                then 'shopper_id and session_id are missing: expected one of them'
            when octet_length(s.view_id) > 500 then too_long('view_id', s.view_id, 500)
            when octet_length(s.shopper_id) > 500 then too_long('shopper_id', s.shopper_id, 500)
            when octet_length(s.session_id) > 500 then too_long('session_id', s.session_id, 500)
            when time_fault(s.viewed_at) is not null
                then fault('viewed_at', s.viewed_at, time_fault(s.viewed_at))
            when p.product_id is null
                then fault('product_id', s.product_id, 'expected a product that is loaded')
        end as reason
    from staged as s
    left join raw.products as p on s.product_id = p.product_id
) as c
where c.reason is not null
