-- The rows of a snapshot: the nearest neighbours in stock of each product to export. One that is
-- not gives its place to a variant (recs.fitting_variant), unless the product has another of it.
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
        v.product_id,
        v.neighbour_id,
        v.score,
        -- The same order as the whole result's, so that one sort serves both.
        (row_number() over (partition by v.product_id collate "C" order by v.rank))::integer
            as rank
    from (
        select
            n.product_id,
            n.rank,
            n.score,
            case
                when p.is_in_stock and not p.is_hidden then n.neighbour_id
                when
                    p.variant_group_id is not null
                    and not exists (
                        select
                        from recs.neighbours as o
                        inner join raw.products as q on o.neighbour_id = q.product_id
                        where
                            o.model_id = n.model_id
                            and o.product_id = n.product_id
                            and q.variant_group_id = p.variant_group_id
                            and (o.rank < n.rank or q.is_in_stock and not q.is_hidden)
                    )
                    then (
                        select f.product_id
                        from recs.fitting_variant(p.variant_group_id, null, null) as f
                    )
            end as neighbour_id
        from recs.neighbours as n
        inner join raw.products as p on n.neighbour_id = p.product_id
        where
            n.model_id = %(model_id)s
            and n.product_id in (select s.product_id from snapshot_products as s)
    ) as v
    where v.neighbour_id is not null
) as r
where r.rank <= %(k)s
order by r.product_id collate "C", r.rank
