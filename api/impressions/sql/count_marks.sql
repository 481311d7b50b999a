-- Count what was seen or clicked on by whoever did not agree to measurement. Lists of equal length:
-- days; places; models, null: none; tiers; positions; product_ids; are_bots; are_clicks: whether it
-- was a click. What nobody is shown is not counted: of an unknown product or model.
-- Whoever clicks has
-- seen it too, and a browser without scripts tells the click alone.
with given as (
    select g.*
    from
        unnest(
            %(days)s::date [], %(places)s::text [], %(models)s::text [], %(tiers)s::text [],
            %(positions)s::smallint [], %(product_ids)s::text [], %(are_bots)s::boolean [],
            %(are_clicks)s::boolean []
        ) as g (day, place, model, tier, position, product_id, is_bot, is_click)
    where
        exists (select from raw.products as p where p.product_id = g.product_id)
        and (g.model is null or exists (select from recs.models as m where m.name = g.model))
)

insert into recs.impression_counts as c (
    day, place, model, tier, position, product_id, is_bot, seen, clicked
)
select
    g.day,
    g.place,
    g.model,
    g.tier,
    g.position,
    g.product_id,
    g.is_bot,
    count(*) filter (where not g.is_click) as seen,
    count(*) filter (where g.is_click) as clicked
from given as g
group by g.day, g.place, g.model, g.tier, g.position, g.product_id, g.is_bot
order by g.day, g.place, g.model, g.tier, g.position, g.product_id, g.is_bot
on conflict (day, place, model, tier, position, product_id, is_bot) do update
    set
        seen = c.seen + excluded.seen,
        clicked = c.clicked + excluded.clicked
