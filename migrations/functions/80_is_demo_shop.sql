-- Whether this is the demo's shop: `alsolike demo` made it, and nothing was ever loaded into it.
-- A load counts from its beginning, however it ends: its rows may be there before it is over.
-- Runs with its owner's rights: the app reads nothing else of the runs.
create or replace function ops.is_demo_shop() returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    select
        exists (select from ops.runs as r where r.command = 'demo')
        and not exists (select from ops.runs as r where r.command = 'load');
$$;
