-- Where the parts of the sitemap end: at every so many products in the order of their ids. Hidden
-- products count too, so that the index of ids is enough.
-- row_count: products of a part.
-- A row: the last product id of a full part, in order; none for fewer products than a part has.
select n.product_id
from (
    select
        p.product_id,
        row_number() over (order by p.product_id) as place
    from raw.products as p
) as n
where mod(n.place, %(row_count)s::bigint) = 0
order by n.product_id
