-- What an id looks like: without the characters that nobody sees, the zeros at its beginning that a
-- spreadsheet loses and the `.0` that it or pandas adds, composed, in lower case.
-- value: an id.
create or replace function raw.look(value text) returns text
language sql
immutable
parallel safe
return lower(regexp_replace(
    btrim(normalize(regexp_replace(normalize(value, nfc), raw.unseen(), '', 'g'), nfkc)),
    '^0+(?=.)|[.]0+$', '', 'g'
));
