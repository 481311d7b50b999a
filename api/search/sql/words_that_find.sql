-- The words that find a product when they stand alone.
-- words: array of words.
-- A row: word, in the order given, each once.
with given as (
    select
        w.word,
        min(w.place) as place
    from unnest(%(words)s::text []) with ordinality as w (word, place)
    group by w.word
)

select g.word
from given as g
where
    exists (
        select from raw.products as p
        where p.search @@ plainto_tsquery('english', g.word) and not p.is_hidden
    )
order by g.place
