-- Whether a text is another one but for case and accents.
-- Postgres puts it in the place of its call. Lengths in bytes are known without a look at the text,
-- so that few are compared: one in English letters keeps its length; others lose up to two thirds
-- of it, because accents may stand after letters, and ß may stand for ss.
-- p_text: of a product; p_plain: in lower case, without accents.
create or replace function recs.is_same_text(p_text text, p_plain text)
returns boolean
language sql
immutable
as $$
    select
        octet_length(p_text) = octet_length(p_plain) and lower(p_text) = p_plain
        or (
            octet_length(p_text) <= 3 * octet_length(p_plain) + 12
            and octet_length(p_text) <> char_length(p_text)
            and abs(char_length(p_text) - char_length(p_plain)) <= 4
            and raw.without_accents(raw.lowered_text(p_text)) = p_plain
        );
$$;
