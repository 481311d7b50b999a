-- Whether a shopper's id is a word that shop systems write for a guest.
-- value: text of a file. The API has the same words (api/http/ids.py); a test compares them.
create or replace function raw.is_nobody(value text) returns boolean
language sql
immutable
parallel safe
return lower(value) in (
    '0', '0.0', '00', '-1', '-1.0', 'guest', 'guests', 'guest user', 'guest customer', 'anonymous',
    'anon', 'unknown', 'undefined', 'none', 'null', 'nil', 'nan', 'na', 'n/a', 'visitor',
    'not logged in', '(not set)', '.', '..', '-', '?', '00000000-0000-0000-0000-000000000000'
);
