-- Drop the months of recs.impressions that ended so many days ago.
-- p_days: how many days impressions are kept after their month.
-- A row: the name of a partition that was dropped.
create or replace function recs.drop_impression_months(p_days integer)
returns setof text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    found record;
begin
    for found in
        select c.oid::regclass as name, c.relname
        from pg_inherits as i
        inner join pg_class as c on i.inhrelid = c.oid
        where
            i.inhparent = 'recs.impressions'::regclass
            and c.relname ~ '^impressions_[0-9]{4}_[0-9]{2}$'
            and (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month') at time zone 'UTC'
            < now() - make_interval(days => p_days)
        order by c.relname
    loop
        execute format('drop table %s', found.name);
        return next found.relname;
    end loop;
end;
$$;
