-- Note the staged products that cannot be used, with the first reason that applies.
-- Limits: an index entry holds about 2,700 bytes, a text search vector 1 MiB.
-- A row: one line of the file.
create temporary table rejected on commit drop as
select c.line, c.place, c.reason
from (
    select
        s.line,
        s.ctid as place,
        case
            when s.problem is not null then s.problem
            when s.product_id is null then 'product_id is missing'
            when s.title is null then 'title is missing'
            when octet_length(s.product_id) > 500
                then 'product_id is ' || octet_length(s.product_id) || ' bytes: at most 500'
            when octet_length(s.title) > 5000
                then 'title is ' || octet_length(s.title) || ' bytes: at most 5000'
            when octet_length(s.description) > 250000
                then 'description is ' || octet_length(s.description) || ' bytes: at most 250000'
            when octet_length(s.category) > 2000
                then 'category is ' || octet_length(s.category) || ' bytes: at most 2000'
            when octet_length(s.brand) > 2000
                then 'brand is ' || octet_length(s.brand) || ' bytes: at most 2000'
            when
                not case
                    when s.price is null then true
                    when not pg_input_is_valid(s.price, 'numeric(12, 2)') then false
                    else sign(s.price::numeric) in (0, 1)
                end
                then
                    'price is ''' || left(s.price, 100)
                    || ''': expected a number from 0 to 9999999999.99'
            when
                not case
                    when s.attributes is null then true
                    when not pg_input_is_valid(s.attributes, 'jsonb') then false
                    else jsonb_typeof(s.attributes::jsonb) = 'object'
                end
                then
                    'attributes is ''' || left(s.attributes, 100)
                    || ''': expected a JSON object without NUL characters'
            when lower(s.in_stock) not in ('true', 'false', '1', '0', 'yes', 'no')
                then
                    'in_stock is ''' || left(s.in_stock, 100)
                    || ''': expected true, false, 1, 0, yes or no'
            when
                s.created_at is not null
                and (
                    s.created_at not like '____-__-__%'
                    or not pg_input_is_valid(s.created_at, 'timestamptz')
                )
                then
                    'created_at is ''' || left(s.created_at, 100)
                    || ''': expected a time like 2026-01-31T12:00:00Z'
        end as reason
    from staged as s
) as c
where c.reason is not null
