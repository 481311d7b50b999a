-- Fields of the staged reviews that cannot be used as they are, and what replaces them:
-- ratings are whole, of five, so half stars are rounded, and 8/10 and ★★★★ are 4.
-- A row: one field of one line; value: what replaces it; null empties it.
select
    r.line,
    'rating' as field,
    greatest(round(r.stars), 1)::text as value,
    'taken as ' || greatest(round(r.stars), 1) || ', because ratings are from 1 to 5 and whole'
        as reason
from (
    select s.line, stars(s.rating) as stars
    from staged as s
    where s.rating !~ '^[1-5]([.]0*)?$'
) as r
where r.stars between 0.5 and 5
union all
select s.line, 'shopper_id', null, 'taken as no shopper: such a word stands for guests'
from staged as s
where is_nobody(s.shopper_id)
