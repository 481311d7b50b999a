-- The rows of a snapshot: the nearest neighbours in stock of each product to export.
-- model_id, model: the model and its name; k: at most so many per product.
-- A row: a product id, the neighbour's rank from 1 without a gap, its id, its score, which never
-- rises with the rank, and the model's name. Columns stand in the order of NEIGHBOUR_SCHEMA.
-- Sorted by product id in the order of its bytes, whatever the database's collation: a reader can
-- search in the files, and the same neighbours make the same files everywhere.
select
    r.product_id,
    r.rank,
    r.neighbour_id,
    r.score,
    %(model)s::text as model
from (
    select
        n.product_id,
        n.neighbour_id,
        n.score,
        -- The same order as the whole result's, so that one sort serves both.
        (row_number() over (partition by n.product_id collate "C" order by n.rank))::integer
            as rank
    from recs.neighbours as n
    inner join raw.products as p on n.neighbour_id = p.product_id
    where
        n.model_id = %(model_id)s
        and p.is_in_stock
        and not p.is_hidden
        and n.product_id in (select s.product_id from snapshot_products as s)
) as r
where r.rank <= %(k)s
order by r.product_id collate "C", r.rank
