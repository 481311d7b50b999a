-- What an id looks like: without the characters that nobody sees, the zeros at its beginning that a
-- spreadsheet loses and the `.0` that it or pandas adds, composed, in lower case, and without the
-- exponent that a spreadsheet gives a long number.
-- value: an id.
create or replace function raw.look(value text) returns text
language sql
immutable
parallel safe
return case
    -- Most ids; the rest costs more.
    when value ~ '^([a-z][a-z0-9_-]*|[1-9][0-9]*)$' then value
    when value ~ '^[0-9]{1,20}([.][0-9]{1,20})?[eE][+]?[0-9]{1,2}$'
        then trim_scale(value::numeric)::text
    else
        lower(regexp_replace(
            btrim(normalize(regexp_replace(normalize(value, nfc), raw.unseen(), '', 'g'), nfkc)),
            '^0+(?=.)|[.]0+$', '', 'g'
        ))
end;
