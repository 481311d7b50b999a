-- Why a row cannot be used: what its column holds and what was expected.
-- name: the column; value: its text; expectation: what was expected.
create or replace function raw.fault(name text, value text, expectation text) returns text
language sql
immutable
parallel safe
return name || ' is ''' || raw.shown(value) || ''': ' || expectation;
