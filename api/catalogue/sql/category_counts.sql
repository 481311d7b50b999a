-- How many cards lists have of every category path that products are filed under: a group of
-- variants is one, hidden products are none.
-- A row: paths, as a rule one; the number of cards that are filed under all of these and no other;
-- and the picture of one of their products (null without any). Cards of deeper paths are not
-- counted in.
select
    array[p.category] as categories,
    count(*) as card_count,
    min(p.image_url) as image_url
from raw.products as p
where p.category is not null and not p.is_hidden and p.variant_group_id is null
group by p.category
union all
select
    g.categories,
    count(*) as card_count,
    min(g.image_url) as image_url
from (
    select
        array_agg(distinct p.category order by p.category) as categories,
        min(p.image_url) as image_url
    from raw.products as p
    where p.category is not null and not p.is_hidden and p.variant_group_id is not null
    group by p.variant_group_id
) as g
group by g.categories
order by categories
