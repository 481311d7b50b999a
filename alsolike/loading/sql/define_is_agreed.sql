-- Whether a stated consent agrees to personalisation; null if it is unreadable, which counts as no.
-- value: text of a file.
create function is_agreed(value text) returns boolean
language sql
immutable
parallel safe
return case
    when lower(value) in ('personalisation', 'personalization', 'yes', 'y', 'true', '1', '1.0')
        then true
    when lower(value) in ('none', 'no', 'n', 'false', '0', '0.0') then false
end
