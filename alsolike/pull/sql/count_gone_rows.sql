-- How many rows are gone. view: what they are.
-- A row: those that are gone, and those that were there before.
select
    (select count(*) from gone_rows) as gone,
    (
        select count(*) from ops.pulled_rows as k where k.view = %(view)s and k.gone_at is null
    ) as known
