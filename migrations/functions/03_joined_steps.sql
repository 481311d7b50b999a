-- A path with ` > ` in place of the signs between its steps; null: it has no step.
-- path: the path as it is written; sign: a regular expression for what stands between two steps.
create or replace function raw.joined_steps(path text, sign text) returns text
language sql
immutable
parallel safe
return nullif(
    btrim(regexp_replace(path, '\s*' || sign || '(?:\s*' || sign || ')*\s*', ' > ', 'g'), ' >'), ''
);
