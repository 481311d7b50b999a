-- The anonymous sessions of a shopper: those that a row links to them, and none to another.
-- p_shopper_id: the shopper.
create or replace function ops.linked_sessions(p_shopper_id text)
returns text []
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    found record;
    sessions text [] := '{}';
    linked text [];
begin
    for found in
        select k.name
        from ops.shopper_tables() as k
        where k.columns @> array['shopper_id', 'session_id'] and not k.is_computed
    loop
        execute format(
            'select array_agg(s.session_id) from ('
            'select session_id from %s where shopper_id = $1 and session_id is not null'
            ' except select session_id from %s where shopper_id <> $1) as s',
            found.name, found.name
        ) into linked using p_shopper_id;
        sessions := sessions || coalesce(linked, '{}');
    end loop;
    return sessions;
end;
$$;
