-- Note the staged views that cannot be used, with the first reason that applies.
-- A row: one line of the file.
create temporary table rejected on commit drop as
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
            when octet_length(s.view_id) > 500
                then 'view_id is ' || octet_length(s.view_id) || ' bytes: at most 500'
            when octet_length(s.shopper_id) > 500
                then 'shopper_id is ' || octet_length(s.shopper_id) || ' bytes: at most 500'
            when octet_length(s.session_id) > 500
                then 'session_id is ' || octet_length(s.session_id) || ' bytes: at most 500'
            when
                s.viewed_at not like '____-__-__%'
                or not pg_input_is_valid(s.viewed_at, 'timestamptz')
                then
                    'viewed_at is ''' || left(s.viewed_at, 100)
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
