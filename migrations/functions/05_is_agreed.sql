-- Whether a stated consent agrees to a purpose; null if it is unreadable, which counts as no.
-- value: text of a file; purpose: 'personalisation' or 'measurement'.
create or replace function raw.is_agreed(
    value text, purpose text default 'personalisation'
) returns boolean
language sql
immutable
parallel safe
return case
    when lower(value) = purpose then true
    when lower(value) = 'personalization' and purpose = 'personalisation' then true
    when lower(value) = 'none' then false
    else raw.is_true(value)
end;
