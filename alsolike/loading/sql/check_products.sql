-- Note the staged products that cannot be used, with the first reason that applies.
-- Limits: an index entry holds about 2,700 bytes; a URL cannot have `.` or `..` as its last part.
-- A row: one line of the file.
create temporary table left_out on commit drop as
select c.line, c.place, c.reason
from (
    select
        s.line,
        s.ctid as place,
        coalesce(
            s.problem,
            case when s.product_id is null then 'product_id is missing' end,
            case when s.title is null then 'title is missing' end,
            case
                when s.product_id in ('.', '..')
                    then fault('product_id', s.product_id, 'it has no address of a page')
            end,
            too_long('product_id', s.product_id, 500),
            too_long('title', s.title, 5000)
        ) as reason
    from staged as s
) as c
where c.reason is not null
