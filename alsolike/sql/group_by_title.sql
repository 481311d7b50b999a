-- Put products of one title key into one group, and take others out of theirs.
-- is_on: whether titles make groups; false: no product is in such a group.
-- Variants can be told apart: by their titles, or by their colours, sizes and materials. Where
-- fewer than half can, the title names a kind of things, like `Shampoo`, and makes no group.
-- Products that another session is changing are left as they are, until the next transform: they
-- are not waited for. One with a group that the shop named is in no other.
with keys as (
    select
        p.product_id,
        p.title_group_id,
        p.title,
        p.attributes,
        case
            when p.item_group_id is null and p.removed_at is null and %(is_on)s
                then k.title_key
        end as title_key
    from raw.products as p
    left join raw.title_keys as k on p.product_id = k.product_id
),

shared as (
    select k.title_key
    from keys as k
    where k.title_key is not null
    group by k.title_key
    having count(*) > 1
),

groups as (
    select k.title_key
    from keys as k
    inner join shared as s on k.title_key = s.title_key
    cross join
        lateral (
            select string_agg(v.word, ',' order by v.word) as words
            from raw.variant_values(k.attributes) as v (word)
        ) as own
    group by k.title_key
    having 2 * count(distinct concat_ws(E'\n', lower(k.title), own.words)) >= count(*)
),

named as (
    select
        k.product_id,
        k.title_group_id,
        'title ' || g.title_key as group_id
    from keys as k
    left join groups as g on k.title_key = g.title_key
),

free as (
    select
        p.product_id,
        n.group_id
    from raw.products as p
    inner join named as n on p.product_id = n.product_id
    where n.title_group_id is distinct from n.group_id
    for no key update of p skip locked
)

update raw.products as p
set title_group_id = f.group_id
from free as f
where p.product_id = f.product_id
