-- Texts of products, drawn by their hash: the same ones on every run.
-- row_count: rows at most.
-- A row: language of a product, null where neither it nor the shop names one; its title and
-- description.
select
    coalesce(p.language, (select s.language from raw.shop_language as s)) as language,
    concat_ws(' ', p.title, left(p.description, 500)) as content
from raw.products as p
where not p.is_hidden
order by md5(p.product_id)
limit %(row_count)s
