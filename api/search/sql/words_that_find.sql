-- The words that find a product when they stand alone.
-- words: array of words.
-- A row: word, in the order given, each once.
with given as (
    select
        w.word,
        min(w.place) as place
    from unnest(%(words)s::text []) with ordinality as w (word, place)
    group by w.word
),

configurations as (
    select recs.search_configurations() as known
)

select g.word
from given as g
cross join configurations as c
where
    exists (
        select from recs.query_words(g.word, c.known) as w
        inner join raw.products as p on w.wider @@ p.search
        where not p.is_hidden
    )
order by g.place
