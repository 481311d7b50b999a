-- How many cards lists have of every category path that products are filed under: a group of
-- variants is one.
-- A row: a JSON list of paths, as a rule one; the number of cards that are filed under all of these
-- and no other; and the picture of one of their products (null without any). Cards of deeper paths
-- are not counted in.
select
    json_array(p.category) as categories,
    count(*) as card_count,
    min(p.image_url) as image_url
from products as p
where p.category is not null and p.variant_group_id is null
group by p.category
union all
select
    g.categories,
    count(*) as card_count,
    min(g.image_url) as image_url
from (
    select
        json_group_array(distinct p.category) as categories,
        min(p.image_url) as image_url
    from products as p
    where p.category is not null and p.variant_group_id is not null
    group by p.variant_group_id
) as g
group by g.categories
order by categories
