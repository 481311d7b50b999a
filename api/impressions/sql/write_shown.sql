-- Write the products of lists that were answered. Lists of equal length, an element per product:
-- impression_ids, answer_ids: null: it is only counted; served_at; places; tiers;
-- page_product_ids: the product of the page, null: none; shopper_ids, session_ids: to whom, both
-- null: to somebody who did not agree; are_bots; product_ids; positions, from 1; models, scores,
-- reason_kinds: null: none.
-- A shopper who does not consent to measurement is counted as nobody. The order is the same for
-- everybody, so that two statements at once do not wait for each other in a circle.
with given as (
    select g.*
    from
        unnest(
            %(impression_ids)s::uuid [], %(answer_ids)s::uuid [], %(served_at)s::timestamptz [],
            %(places)s::text [], %(tiers)s::text [], %(page_product_ids)s::text [],
            %(shopper_ids)s::text [], %(session_ids)s::text [], %(are_bots)s::boolean [],
            %(product_ids)s::text [], %(positions)s::smallint [], %(models)s::text [],
            %(scores)s::real [], %(reason_kinds)s::text []
        ) as g (
            impression_id, answer_id, served_at, place, tier, page_product_id, shopper_id,
            session_id, is_bot, product_id, position, model, score, reason_kind
        )
),

told as (
    select
        g.*,
        (g.served_at at time zone 'UTC')::date as day,
        g.impression_id is not null
        and (
            g.session_id is not null
            or exists (
                select from raw.measured_shoppers as m where m.shopper_id = g.shopper_id
            )
        ) as is_measured
    from given as g
),

written as (
    insert into recs.impressions (
        impression_id, answer_id, served_at, place, tier, page_product_id, shopper_id,
        session_id, is_bot, product_id, position, model, score, reason_kind
    )
    select
        t.impression_id,
        t.answer_id,
        t.served_at,
        t.place,
        t.tier,
        t.page_product_id,
        t.shopper_id,
        t.session_id,
        t.is_bot,
        t.product_id,
        t.position,
        t.model,
        t.score,
        t.reason_kind
    from told as t
    where t.is_measured
    on conflict (impression_id, served_at) do nothing
)

insert into recs.impression_counts as c (
    day, place, model, tier, position, product_id, is_bot, served
)
select
    t.day,
    t.place,
    t.model,
    t.tier,
    t.position,
    t.product_id,
    t.is_bot,
    count(*) as served
from told as t
where not t.is_measured
group by t.day, t.place, t.model, t.tier, t.position, t.product_id, t.is_bot
order by t.day, t.place, t.model, t.tier, t.position, t.product_id, t.is_bot
on conflict (day, place, model, tier, position, product_id, is_bot) do update
    set served = c.served + excluded.served
