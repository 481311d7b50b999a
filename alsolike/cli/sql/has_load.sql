-- Whether data was ever loaded, as ops.is_demo_shop sees it. No parameters.
-- A row: one boolean.
select exists(select from ops.runs as r where r.command = 'load') as has_load
