-- Note the staged shoppers that cannot be used, with the first reason that applies.
-- A row: one line of the file.
create temporary table rejected on commit drop as
select c.line, c.place, c.reason
from (
    select
        s.line,
        s.ctid as place,
        case
            when s.problem is not null then s.problem
            when s.shopper_id is null then 'shopper_id is missing'
            when octet_length(s.shopper_id) > 500
                then 'shopper_id is ' || octet_length(s.shopper_id) || ' bytes: at most 500'
            when s.consent not in ('personalisation', 'none')
                then
                    'consent is ''' || left(s.consent, 100)
                    || ''': expected personalisation or none'
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
