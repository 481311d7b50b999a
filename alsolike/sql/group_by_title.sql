-- Put products of one title key into one group, and take others out of theirs.
-- is_on: whether titles make groups; false: no product is in such a group.
-- Products that another session is changing are left as they are, until the next transform: they
-- are not waited for. One with a group that the shop named is in no other.
with keys as (
    select
        p.product_id,
        p.title_group_id,
        case
            when p.item_group_id is null and p.removed_at is null and %(is_on)s
                then k.title_key
        end as title_key
    from raw.products as p
    left join raw.title_keys as k on p.product_id = k.product_id
),

counted as (
    select
        k.product_id,
        k.title_group_id,
        case
            when k.title_key is not null and count(*) over (partition by k.title_key) > 1
                then 'title ' || k.title_key
        end as group_id
    from keys as k
),

free as (
    select
        p.product_id,
        c.group_id
    from raw.products as p
    inner join counted as c on p.product_id = c.product_id
    where c.title_group_id is distinct from c.group_id
    for no key update of p skip locked
)

update raw.products as p
set title_group_id = f.group_id
from free as f
where p.product_id = f.product_id
