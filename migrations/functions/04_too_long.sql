-- Why a value is too long; null if it is not.
-- name: the column; value: its text; most: the most bytes.
create or replace function raw.too_long(name text, value text, most integer) returns text
language sql
immutable
parallel safe
return case
    when octet_length(value) > most
        then name || ' is ' || octet_length(value) || ' bytes: at most ' || most
end;
