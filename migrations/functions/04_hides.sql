-- Whether a word says that a product is not shown; null if it is unreadable. Yes and no, and the
-- words of shop systems for what is shown and what is not.
-- value: text of a file.
create or replace function raw.hides(value text) returns boolean
language sql
immutable
parallel safe
return case
    when raw.is_true(value) is not null then raw.is_true(value)
    when
        lower(value) in (
            'visible', 'published', 'publish', 'active', 'shown', 'public', 'enabled', 'online',
            'sichtbar', 'aktiv', 'visible everywhere'
        )
        then false
    when
        lower(value) in (
            'hidden', 'invisible', 'not visible', 'unpublished', 'inactive', 'draft', 'private',
            'disabled', 'offline', 'archived', 'trash', 'versteckt', 'inaktiv'
        )
        then true
end;
