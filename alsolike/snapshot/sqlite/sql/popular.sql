-- The recently popular products that the question allows, then the newest.
-- k: rows wanted.
-- A row: a product, best first.
select p.*
from allowed_products as p
order by p.popularity_rank is null asc, p.popularity_rank asc, p.created_at desc, p.product_id asc
limit :k
