-- What a model would have recommended to a shopper or an anonymous session at a moment, by the
-- function that serves.
-- shopper_id or session_id: who, the other one null; both null: nobody who is known, who did what
-- history says, as in recs.recent_actions, else null; k: rows wanted; unlisted: ids of products
-- that they had, or that did not exist yet (the function knows those of today), their variants not
-- meant; model: its name; moment: microseconds since 1970, only what happened strictly before
-- counts; null: all.
-- A row: product_id and score, best first.
select r.product_id, r.score
from
    recs.recommend_with_reasons(
        %(shopper_id)s, %(session_id)s, %(k)s, p_model => %(model)s,
        p_history => %(history)s, p_with_reasons => false, p_unlisted => %(unlisted)s,
        p_as_of => timestamptz 'epoch' + %(moment)s * interval '1 microsecond'
    ) as r
order by r.rank
