-- A value as a message may show it: 40 characters at most, no e-mail address, and escapes for
-- what nobody sees.
-- value: text of a file.
create or replace function raw.shown(value text) returns text
language sql
immutable
parallel safe
return raw.visible(regexp_replace(
    case when length(value) > 40 then left(value, 40) || '…' else value end,
    '\S*@\S*', '(an address)', 'g'
));
