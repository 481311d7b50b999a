-- Complete staged products of a file that lacks prices or the currency by what is known of them, so
-- that the rules see all three.
-- columns: those that the file lacks; known: what is known for them.
update staged as s
set ({columns}) = (select {known})
from raw.products as p
where s.product_id = p.product_id and p.removed_at is null and num_nonnulls({known}) > 0
