-- A character that cannot be told by looking, as a regular expression: control and format
-- characters, fillers, every blank other than a space, and accents apart from their letter.
create or replace function raw.unseen() returns text
language sql
immutable
parallel safe
return '[\u0001-\u001f\u007f-\u00a0\u00ad\u0300-\u036f\u061c\u115f\u1160\u1680\u17b4\u17b5'
|| '\u180b-\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0'
|| '\ufff0-\ufffb]';
