-- Write the words of the catalogue (recs.search_words), what they end in (recs.search_endings), how
-- they may be misspelled (recs.search_misspellings), and how short a misspelled word may be
-- (recs.search_limits). It does nothing if no product changed since.
-- Returns the number of words.
create or replace function recs.write_search_words()
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Longer ones, such as a line of signs, are not misspelled words.
    least_word constant integer := 3;
    most_word constant integer := 24;
    -- Random words of each length that are tried, and how many of them may resemble a word.
    random_words constant integer := 100;
    most_similar constant integer := 2;
    least_letters constant integer := 4;
    most_letters constant integer := 9;
    -- Of a compound: the word that it ends in, and what is before it.
    least_part constant integer := 3;
    known constant regconfig [] := recs.search_configurations();
    -- Null where no language writes compounds as one word: endings are compared as they are.
    compounding constant regconfig [] := recs.compounding(known);
    products record;
    pool text;
    limit_now integer := least_letters;
    similar_count integer;
begin
    -- One writes at a time.
    lock table recs.search_limits in share row exclusive mode;
    select count(*) as total, max(p.loaded_at) as loaded_at into products from raw.products as p;
    if exists (
        select from recs.search_limits as l
        where
            l.product_count = products.total
            and l.configurations = known::text []
            and l.loaded_at is not distinct from products.loaded_at
    ) then
        return (select count(*) from recs.search_words);
    end if;

    -- In other languages words have other stems.
    delete from recs.search_words
    where not exists (
        select from recs.search_limits as l where l.configurations = known::text []
    );
    with found as materialized (
        select s.word, s.ndoc as product_count
        from ts_stat(
            'select to_tsvector(''simple'', raw.without_accents(raw.lowered_text('
            'concat_ws('' '', p.title, p.brand, p.category, raw.attribute_words(p.attributes))))) '
            'from raw.products as p'
        ) as s
        -- Letters alone; a sign of Chinese, Japanese or Korean stands for more than a letter.
        where
            char_length(s.word) between least_word and most_word
            and s.word
            !~ '[\x01-\x60\x7b-\x7f\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]'
    ),

    gone as (
        delete from recs.search_words as k
        where not exists (select from found as f where f.word = k.word)
    ),

    kept as (
        update recs.search_words as k
        set product_count = f.product_count
        from found as f
        where k.word = f.word and k.product_count <> f.product_count
    )

    insert into recs.search_words (word, stems, product_count)
    select n.word, n.stems, n.product_count
    from (
        select f.word, recs.stems(known, f.word) as stems, f.product_count
        from found as f
        where not exists (select from recs.search_words as k where k.word = f.word)
    ) as n
    where n.stems <> '{}';
    -- The new ones are told first: stems take the time.
    with added as materialized (
        select k.word from recs.search_words as k
        where not exists (select from recs.search_endings as e where e.word = k.word)
    )

    insert into recs.search_endings (stem, word)
    select distinct e.stem, k.word
    from added as k
    cross join lateral (
        select 0 as head
        union all
        select generate_series(least_part, char_length(k.word) - least_part)
    ) as i
    cross join lateral unnest(
        case
            when compounding is null then array[substr(k.word, i.head + 1)]
            else recs.stems(compounding, substr(k.word, i.head + 1))
        end
    ) as e (stem)
    where char_length(e.stem) >= least_part;
    -- A word in another form is misspelled as well: so its stems are, besides the word itself.
    with forms as materialized (
        select distinct k.word, f.form
        from recs.search_words as k
        cross join lateral unnest(k.stems || k.word) as f (form)
        where
            char_length(f.form) >= least_word
            and not exists (
                select from recs.search_misspellings as m
                where m.letters = f.form and m.word = k.word and m.place = 0
            )
    )

    insert into recs.search_misspellings (letters, word, place)
    select v.letters, f.word, min(v.place)
    from forms as f
    cross join lateral (
        select 0 as place, f.form as letters
        union all
        select i.place, left(f.form, i.place - 1) || substr(f.form, i.place + 1)
        from generate_series(1, char_length(f.form)) as i (place)
    ) as v
    group by v.letters, f.word
    on conflict (letters, word) do update set place = least(search_misspellings.place, excluded.place)
    where search_misspellings.place > excluded.place;
    analyze recs.search_words, recs.search_endings, recs.search_misspellings;

    -- Random letters of the catalogue's words, those of the English alphabet apart from others:
    -- words get longer until hardly any of them resembles a word of the catalogue.
    delete from recs.search_limits;
    insert into recs.search_limits (least_letters, configurations, product_count, loaded_at)
    values (limit_now, known::text [], products.total, products.loaded_at);
    for pool in
        select string_agg(s.word, '' order by s.word)
        from (
            select k.word from recs.search_words as k
            order by md5(k.word)
            limit 5000
        ) as s
        group by s.word < '{'
    loop
        while limit_now < most_letters loop
            select count(*) into similar_count
            from (
                select
                    string_agg(
                        substr(
                            pool,
                            1 + ('x' || left(md5(n.number || ' ' || i.place), 7))::bit(28)::integer
                            % char_length(pool),
                            1
                        ),
                        ''
                    ) as word
                from generate_series(1, random_words) as n (number)
                cross join generate_series(1, limit_now) as i (place)
                group by n.number
            ) as r
            where recs.similar_words(r.word, known) is not null;
            exit when similar_count <= most_similar;
            limit_now := limit_now + 1;
        end loop;
    end loop;
    update recs.search_limits as l set least_letters = limit_now;
    return (select count(*) from recs.search_words);
end;
$$;
