-- How many stars of five a rating says, as shops and review tools write it; null if it is
-- unreadable. Not rounded, and not within bounds: 0 and 6 are told as they are.
-- Numbers (with a half as ½), shares (`8/10`, `4 out of 5`, `80%`), either with the word stars
-- behind it, stars themselves (`★★★★☆`) and words for whole numbers.
-- value: text of a file.
create or replace function raw.stars(value text) returns numeric
language sql
immutable
parallel safe
return case
    -- Most ratings; the rest costs more.
    when value ~ '^[1-5]([.]0+)?$' then value::numeric
    when length(value) > 60 then null
    else (
        select
            case
                when r.rating ~ '^[★⭐*]{1,5}½?[☆✩✰]{0,5}$'
                    then
                        length(regexp_replace(r.rating, '[^★⭐*]', '', 'g'))
                        + case when r.rating ~ '½' then 0.5 else 0 end
                when n.number ~ '^[0-9]{1,3}([.][0-9]{1,3})?/(3|4|5|6|10|20|50|100)$'
                    then
                        5 * split_part(n.number, '/', 1)::numeric
                        / split_part(n.number, '/', 2)::numeric
                when n.number ~ '^[0-9]{1,3}([.][0-9]{1,3})?%$'
                    then rtrim(n.number, '%')::numeric / 20
                when n.number ~ '^[0-9]{1,3}([.][0-9]{1,6})?$' then n.number::numeric
                else
                    (
                        select w.stars
                        from (
                            values
                            ('one', 1), ('two', 2), ('three', 3), ('four', 4), ('five', 5),
                            ('eins', 1), ('ein', 1), ('zwei', 2), ('drei', 3), ('vier', 4),
                            ('fünf', 5)
                        ) as w (word, stars)
                        where w.word = n.number
                    )
            end
        from (
            -- Digits of other widths become plain; a picture of a star may be asked for in colour.
            select
                lower(btrim(
                    regexp_replace(
                        normalize(value, nfc), '[\ufe0e\ufe0f\u200b\ufeff\u00a0]', '', 'g'
                    )
                )) as rating
        ) as r
        cross join
            lateral (
                select
                    regexp_replace(
                        regexp_replace(
                            regexp_replace(
                                translate(r.rating, '０１２３４５６７８９，,', '0123456789..'),
                                '(?<=[0-9]) ?½', '.5'
                            ),
                            '\s*([★⭐]|stars?|sterne?n?|étoiles?|estrellas?|stell[ae]|зв.зд[ыа]?)$',
                            ''
                        ),
                        '\s*(?:/|out of|of|von|sur|de|su|из)\s*', '/'
                    ) as stated
            ) as t
        cross join lateral (
            select regexp_replace(replace(t.stated, ' %', '%'), '^[+]?0*(?=[0-9])', '') as number
        ) as n
    )
end;
