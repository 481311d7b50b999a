-- Everything that is kept of a shopper as one value; see ops.shopper_rows, which runs with its
-- owner's rights.
-- p_shopper_id: the shopper; p_shopper_hash: keyed hash of the id.
-- An object: for each table with rows of the shopper, their list.
create or replace function ops.shopper_data(p_shopper_id text, p_shopper_hash bytea)
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(jsonb_object_agg(t.kept_in, t.kept), '{}')
    from (
        select r.kept_in, jsonb_agg(r.content) as kept
        from ops.shopper_rows(p_shopper_id, p_shopper_hash) as r
        group by r.kept_in
    ) as t;
$$;
