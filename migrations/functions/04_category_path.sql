-- A path of a category as we store it, `A > B > C`, whatever stands around its signs; null: none.
-- Arrows set its steps apart as `>` does. Where none does, double colons do, or bars between
-- blanks.
-- value: text of a file, without HTML.
create or replace function raw.category_path(value text) returns text
language sql
immutable
parallel safe
return case
    -- Most names without a step.
    when value ~ '^[ -9;-=?-{}~]*$' then value
    else (
        select
            case
                when c.path ~ '[>›»→⇒➔➜➝➞➤▸▶►❯⟩〉＞‣]'
                    then raw.joined_steps(c.path, '(?:[-–—=]*>|[›»→⇒➔➜➝➞➤▸▶►❯⟩〉＞‣])')
                when c.path ~ '::' then raw.joined_steps(c.path, '::+')
                when c.path ~ '\s[|]\s' then raw.joined_steps(c.path, '(?<=\s)[|](?=\s)')
                else c.path
            end
        from (
            select
                -- Characters without width, then blanks of other widths.
                btrim(regexp_replace(
                    regexp_replace(value, '[\u00ad\u200b\u200e\u200f\u2060\ufeff]', '', 'g'),
                    '[\u00a0\u2000-\u200a\u202f\u205f\u3000]', ' ', 'g'
                )) as path
        ) as c
    )
end;
