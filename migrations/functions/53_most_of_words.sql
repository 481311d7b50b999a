-- Most of the words of a query that no product has all of: those that some product has together,
-- and the others, which are left out.
-- Words that no product has go first. Of the others one is left out: where the vector found
-- products, so that the nearest of these has the words that stay, else the commonest that helps. If
-- one is not enough, words are kept from the rarest on, as long as a product has them together.
-- p_words: the words, without accents; p_queries: one for each; p_category: path of a category,
-- itself and all below it, null: any; p_near_ids: what the vector found, nearest first.
-- words: the query of the words that stay: half of them at least, or a third if one of the ten
-- nearest has them; if the vector found anything and none of these has, more than half, for less
-- says too little of the query. Null: there are none, or there are less than two words or more than
-- twelve. left_out: the other words.
create or replace function recs.most_of_words(
    p_words text [], p_queries tsquery [], p_category text, p_near_ids text [],
    out words tsquery, out left_out text []
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
    most_words constant integer := 12;
    nearest constant integer := 10;
    -- Of a word that titles, brands and categories lack no more products are counted.
    most_counted constant integer := 50;
    near_ids constant text [] := p_near_ids[:nearest];
    -- Places of words that products have, the commonest first, and what is left of them.
    known integer [];
    kept integer [];
    best integer [];
    tried tsquery;
    place_now integer;
    best_place integer;
    is_most boolean;
    is_near boolean;
begin
    if coalesce(cardinality(p_queries), 0) not between 2 and most_words then
        return;
    end if;
    select array_agg(c.place order by c.product_count desc, c.place)
    into known
    from (
        select
            w.place,
            coalesce(
                (
                    select k.product_count from recs.search_words as k
                    where k.word = w.word collate "C"
                ),
                (
                    select count(*)
                    from (
                        select from raw.products as p
                        where p.search @@ w.query
                        limit most_counted
                    ) as m
                )
            ) as product_count
        from unnest(p_words, p_queries) with ordinality as w (word, query, place)
    ) as c
    where c.product_count > 0;
    if known is null then
        return;
    end if;

    -- First without the unknown ones, if there are any, then without one more, then from the rarest.
    for attempt in 0..2 loop
        kept := '{}';
        for number in 1..case attempt when 0 then 1 else cardinality(known) end loop
            if attempt = 0 then
                kept := known;
            elsif attempt = 1 then
                kept := array_remove(known, known[number]);
            else
                kept := known[cardinality(known) - number + 1] || kept;
            end if;
            tried := recs.all_of(array(select p_queries[k.place] from unnest(kept) as k (place)));
            continue when tried is null or cardinality(kept) = cardinality(p_queries);
            select min(n.place)
            into place_now
            from unnest(near_ids) with ordinality as n (product_id, place)
            inner join raw.products as p on n.product_id = p.product_id
            where p.search @@ tried;
            is_most := 2 * cardinality(kept) > cardinality(p_queries);
            if place_now is null and (near_ids = '{}' or is_most) and exists (
                select from raw.products as p
                where
                    p.search @@ tried
                    and not p.is_hidden
                    and (
                        p_category is null or p.category = p_category
                        or starts_with(p.category, p_category || ' > ')
                    )
            ) then
                place_now := nearest + 1;
            end if;
            if attempt = 2 then
                if place_now is null then
                    kept := kept[2:];
                else
                    best := kept;
                    best_place := place_now;
                end if;
            elsif place_now < best_place or (place_now is not null and best_place is null) then
                best := kept;
                best_place := place_now;
            end if;
        end loop;
        exit when best is not null;
    end loop;
    is_near := coalesce(best_place <= nearest, false);
    if (2 + is_near::integer) * coalesce(cardinality(best), 0) < cardinality(p_queries) then
        return;
    end if;
    words := recs.all_of(array(select p_queries[k.place] from unnest(best) as k (place)));
    left_out := array(
        select w.word from unnest(p_words) with ordinality as w (word, place)
        where w.place not in (select b.place from unnest(best) as b (place))
        order by w.place
    );
end;
$$;
