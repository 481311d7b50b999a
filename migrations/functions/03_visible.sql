-- A text with escapes such as \u200b in place of the characters that nobody sees.
-- value: text of a file.
create or replace function raw.visible(value text) returns text
language sql
immutable
parallel safe
return case
    when value ~ raw.unseen()
        then (
            select
                string_agg(
                    case
                        when c.sign ~ raw.unseen() then '\u' || lpad(to_hex(ascii(c.sign)), 4, '0')
                        else c.sign
                    end,
                    '' order by c.place
                )
            from string_to_table(value, null) with ordinality as c (sign, place)
        )
    else value
end;
