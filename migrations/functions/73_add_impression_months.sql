-- Make the partitions of recs.impressions that are missing, from this month on (UTC).
-- Runs with its owner's rights: the app may make no tables, and writes on where nobody made the
-- partition of a new month.
-- p_months: how many months after this one; 1 to 12.
-- A row: the name of a partition that was made.
create or replace function recs.add_impression_months(p_months integer default 3)
returns setof text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    parent constant regclass := 'recs.impressions'::regclass;
    schema constant text := (
        select c.relnamespace::regnamespace::text from pg_class as c where c.oid = parent
    );
    begins timestamptz := date_trunc('month', now(), 'UTC');
    made text;
begin
    for _ in 0..least(greatest(p_months, 1), 12) loop
        made := 'impressions_' || to_char(begins at time zone 'UTC', 'YYYY_MM');
        if to_regclass(format('%s.%I', schema, made)) is null then
            -- Two at once: the second one finds it made.
            perform pg_advisory_xact_lock(hashtext('alsolike impression months'));
            if to_regclass(format('%s.%I', schema, made)) is null then
                execute format(
                    'create table %s.%I partition of %s for values from (%L) to (%L)',
                    schema, made, parent, begins, begins + interval '1 month'
                );
                execute format(
                    'comment on table %s.%I is %L', schema, made,
                    'The impressions of a month of UTC. Personal data.'
                );
                return next made;
            end if;
        end if;
        begins := begins + interval '1 month';
    end loop;
end;
$$;
