-- Every category path that products are filed under, hidden ones apart.
-- A row: a path, its number of products, those of deeper paths not counted in, and the picture of
-- one of them (null without any).
select
    p.category,
    count(*) as product_count,
    min(p.image_url) as image_url
from raw.products as p
where p.category is not null and not p.is_hidden
group by p.category
order by p.category
