-- How many of someone's latest actions make up their current visit: the latest and those before it,
-- as long as each is at most half an hour older than the next later one; the latest must be at most
-- half an hour old.
-- p_acted_at: when they acted, the latest first; p_as_of: the moment in question, null: now.
create or replace function recs.visit_length(p_acted_at timestamptz [], p_as_of timestamptz)
returns integer
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
as $$
declare
    later timestamptz := coalesce(p_as_of, now());
    earlier timestamptz;
    length integer := 0;
begin
    foreach earlier in array coalesce(p_acted_at, '{}') loop
        exit when later - earlier > interval '30 minutes';
        later := earlier;
        length := length + 1;
    end loop;
    return length;
end;
$$;
