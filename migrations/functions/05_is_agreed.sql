-- Whether a stated consent agrees to personalisation; null if it is unreadable, which counts as no.
-- value: text of a file.
create or replace function raw.is_agreed(value text) returns boolean
language sql
immutable
parallel safe
return case lower(value)
    when 'personalisation' then true
    when 'personalization' then true
    when 'none' then false
    else raw.is_true(value)
end;
