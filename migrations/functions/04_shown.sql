-- A value as a message may show it: 40 characters at most, and no e-mail address.
-- value: text of a file.
create or replace function raw.shown(value text) returns text
language sql
immutable
parallel safe
return regexp_replace(
    case when length(value) > 40 then left(value, 40) || '…' else value end,
    '\S*@\S*', '(an address)', 'g'
);
