-- Make the keys of products that are new or changed since theirs was made. No parameters.
insert into raw.title_keys as k (product_id, loaded_at, title_key)
select
    p.product_id,
    p.loaded_at,
    raw.title_key(p.title, p.brand, p.category, p.attributes)
from raw.products as p
left join raw.title_keys as o on p.product_id = o.product_id
where o.loaded_at is distinct from p.loaded_at
on conflict (product_id) do update
    set loaded_at = excluded.loaded_at, title_key = excluded.title_key
