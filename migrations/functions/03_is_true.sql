-- Whether a word says yes, in English or another common language; null if it is unreadable.
-- Postgres itself writes t and f.
-- value: text of a file.
create or replace function raw.is_true(value text) returns boolean
language sql
immutable
parallel safe
return case
    when
        lower(value) in (
            'true', 't', 'yes', 'y', '1', '1.0', 'ja', 'oui', 'sí', 'si', 'sì', 'sim', 'да', 'tak',
            'vrai', 'wahr', 'vero', 'verdadero', 'verdadeiro', 'истина'
        )
        then true
    when
        lower(value) in (
            'false', 'f', 'no', 'n', '0', '0.0', 'nein', 'nee', 'non', 'não', 'nao', 'нет', 'nie',
            'faux', 'falsch', 'falso', 'ложь'
        )
        then false
end;
