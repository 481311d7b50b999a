-- Whether a text is another one but for case and accents.
-- Postgres puts it in the place of its call. What is in English letters is compared at once; what
-- is much longer or shorter is not the same: ß may stand for ss, accents may stand after letters.
-- p_text: of a product; p_plain: in lower case, without accents.
create or replace function recs.is_same_text(p_text text, p_plain text)
returns boolean
language sql
immutable
as $$
    select
        lower(p_text) = p_plain
        or (
            octet_length(p_text) <> char_length(p_text)
            and abs(char_length(p_text) - char_length(p_plain)) <= 4
            and raw.without_accents(raw.lowered_text(p_text)) = p_plain
        );
$$;
