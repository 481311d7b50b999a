-- Let the session find pgvector's types and operators in whatever schema it is.
-- A row, unless they are found already: the search path.
select
    set_config(
        'search_path',
        concat_ws(', ', nullif(current_setting('search_path'), ''), quote_ident(n.nspname)),
        false
    ) as search_path
from pg_extension as e
inner join pg_namespace as n on e.extnamespace = n.oid
where e.extname = 'vector' and n.nspname <> all(current_schemas(true))
