-- Put the usable staged products into raw; a product that is there is updated where it differs.
-- columns: all columns but the id; values: for them, of the file or as they are known; stored,
-- excluded: the columns of the product that is there, and of the new one.
-- A row: one product, new or changed.
insert into raw.products as k (product_id, {columns})
select distinct on (s.product_id) s.product_id, {values}
from usable as s
left join raw.products as p on s.product_id = p.product_id
order by s.product_id, s.line
on conflict (product_id) do update
    set ({columns}, loaded_at) = ({excluded}, now())
    where ({stored}) is distinct from ({excluded})
