-- A query for whatever has all but one of some words.
-- p_words: queries of one word each, two or more.
create or replace function recs.all_but_one(p_words tsquery [])
returns tsquery
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    combined tsquery;
    others tsquery;
begin
    for left_out in 1 .. cardinality(p_words) loop
        others := null;
        for kept in 1 .. cardinality(p_words) loop
            if kept <> left_out then
                others := coalesce(others && p_words [kept], p_words [kept]);
            end if;
        end loop;
        combined := coalesce(combined || others, others);
    end loop;
    return combined;
end;
$$;
