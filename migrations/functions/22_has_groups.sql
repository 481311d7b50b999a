-- Whether any product is a variant of a group; where none is, lists need no look at groups.
create or replace function recs.has_groups() returns boolean
language plpgsql
stable
set search_path = pg_catalog, public, pg_temp
as $$
begin
    return exists (select from raw.products as p where p.item_group_id is not null);
end;
$$;
