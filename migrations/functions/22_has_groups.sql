-- Whether any product is a variant of a group; where none is, lists need no look at groups.
-- By the first one in the order of an index: without statistics of a column that is all null, the
-- planner would expect to meet a row soon, and read the whole table.
create or replace function recs.has_groups() returns boolean
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform
    from raw.products as p
    where p.variant_group_id is not null
    order by p.variant_group_id
    limit 1;
    return found;
end;
$$;
