-- Put the usable staged products into raw; a product that is there is updated where it differs, and
-- one that was removed (raw.remove_products) is as one that is not there.
-- columns: all columns but the id; values: for them, of the file or as they are known; stored,
-- excluded: the columns of the product that is there, and of the new one.
-- A row: one product, new or changed.
insert into raw.products as k (product_id, {columns})
select distinct on (s.product_id) s.product_id, {values}
from usable as s
left join raw.products as p on s.product_id = p.product_id and p.removed_at is null
order by s.product_id, s.line
on conflict (product_id) do update
    set ({columns}, loaded_at, removed_at) = ({excluded}, now(), null)
    where k.removed_at is not null or ({stored}) is distinct from ({excluded})
