-- The text search configurations of the catalogue's languages.
-- The languages come off their index one by one, so a large catalogue costs no more than a small.
create or replace function recs.search_configurations()
returns regconfig []
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        with recursive languages as (
            select s.language, null::text as named
            from raw.shop_language as s
            union all
            select n.language, n.language
            from languages as l
            cross join lateral (
                select p.language
                from raw.products as p
                where p.language > coalesce(l.named, '')
                order by p.language
                limit 1
            ) as n
        )

        select array_agg(distinct raw.search_configuration(l.language)) from languages as l
    );
end;
$$;
