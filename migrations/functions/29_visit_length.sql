-- How many of someone's latest actions make up their current visit: the latest and those before it,
-- as long as each is at most half an hour older than the next later one; the latest must be at most
-- half an hour old.
-- p_acted: what they did, the latest first; p_as_of: the moment in question, null: now.
create or replace function recs.visit_length(p_acted recs.action [], p_as_of timestamptz)
returns integer
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
as $$
declare
    later timestamptz := coalesce(p_as_of, now());
    action recs.action;
    length integer := 0;
begin
    foreach action in array coalesce(p_acted, '{}') loop
        exit when later - action.acted_at > interval '30 minutes';
        later := action.acted_at;
        length := length + 1;
    end loop;
    return length;
end;
$$;
