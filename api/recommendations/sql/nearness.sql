-- How near a product is to another one by the model that serves, and whether shoppers take both.
-- product_id: the product; because_id: the other.
-- One row: its rank among the stored neighbours of the other, null: it is none of them; and the
-- kind and count of recs.pair_reasons, null: they do not. None before the first model.
select
    (
        select n.rank
        from recs.neighbours as n
        where
            n.model_id = m.model_id
            and n.product_id = %(because_id)s::text
            and n.neighbour_id = %(product_id)s::text
        order by n.rank
        limit 1
    ) as neighbour_rank,
    r.reason_kind as pair_kind,
    r.reason_count as pair_count
from recs.model_of(null) as m
left join recs.pair_reasons(%(because_id)s::text, array[%(product_id)s::text]) as r on true
