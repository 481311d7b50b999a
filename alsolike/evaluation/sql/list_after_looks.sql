-- What the site recommends to somebody who has just looked at some products.
-- shopper_id or session_id: who, the other one null; looks: ids of the products, ten seconds apart,
-- the last ten seconds ago; k: rows wanted; model: its name.
-- A row: product_id, best first.
select r.product_id
from
    recs.recommend_with_reasons(
        %(shopper_id)s, %(session_id)s, %(k)s, p_model => %(model)s, p_with_reasons => false,
        p_history => (
            select
                jsonb_agg(
                    jsonb_build_object(
                        'product_id', l.product_id,
                        'kind', 'view',
                        'acted_at', now() - (l.later + 1) * interval '10 seconds'
                    )
                )
            from (
                select
                    u.product_id,
                    row_number() over (order by u.place desc) - 1 as later
                from unnest(%(looks)s::text []) with ordinality as u (product_id, place)
            ) as l
        )
    ) as r
order by r.rank
