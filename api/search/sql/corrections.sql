-- Words of the catalogue in the place of those of a query that no product has: such as are spelt
-- nearly like one, and the one that all of the query makes without its spaces.
-- words: as people type them; joined: the query in lower case, without accents and spaces, null: it
-- has none; least_letters: shorter words are left as they are; row_count: words for each at most.
-- A row: the word without accents, null for all of the query, the catalogue's, the nearest and
-- commonest first, and the stems of that.
with catalogue as materialized (
    select recs.search_configurations() as languages
),

unknown as materialized (
    select
        w.place,
        w.word,
        w.stems
    from catalogue as c
    cross join lateral recs.query_words(%(words)s::text, c.languages) as w
    where
        not exists (select from recs.search_words as k where k.word = w.word collate "C")
        and not exists (select from raw.products as p where p.search @@ w.narrow)
    order by w.place
    limit 8
),

nearest as (
    select
        u.place,
        u.word as typed,
        n.word,
        n.stems,
        n.rank,
        -- Of several forms of a word the first.
        row_number() over (partition by u.place, n.stems order by n.rank) as form
    from unknown as u
    cross join
        lateral recs.nearest_words(
            u.word, u.stems, %(least_letters)s::integer
        ) with ordinality as n (word, stems, product_count, rank)
),

found as (
    select
        n.place,
        n.typed,
        n.word,
        n.stems,
        row_number() over (partition by n.place order by n.rank) as rank
    from nearest as n
    where n.form = 1
    union all
    select
        0,
        null,
        k.word,
        k.stems,
        1
    from recs.search_words as k
    where k.word = %(joined)s::text collate "C"
)

select
    f.typed,
    f.word,
    f.stems
from found as f
where f.rank <= %(row_count)s::integer
order by f.place, f.rank
