-- The block of a page for whoever looks at it.
-- shopper_id: a shopper, or null; session_id: of a visitor who agreed, or null;
-- k: rows wanted; exclude: product ids to leave out.
-- A row: product id, rank from 1, cosine similarity (null where popular), source, and the reason:
-- its kind, its product and that product's title.
select
    r.product_id,
    r.rank,
    r.score,
    r.source,
    r.reason_kind,
    r.reason_product_id,
    p.title as reason_title
from
    recs.recommend_with_reasons(
        %(shopper_id)s::text, %(session_id)s::text, %(k)s::integer, %(exclude)s::text []
    ) as r
left join raw.products as p on r.reason_product_id = p.product_id
order by r.rank
