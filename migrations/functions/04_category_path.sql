-- A path of a category as we store it, `A > B > C`, whatever stands around its signs; null: none.
-- value: text of a file, without HTML.
create or replace function raw.category_path(value text) returns text
language sql
immutable
parallel safe
return case
    when value ~ '[>›»]'
        then nullif(
            btrim(regexp_replace(value, '\s*[>›»](\s*[>›»])*\s*', ' > ', 'g'), ' >'), ''
        )
    else value
end;
