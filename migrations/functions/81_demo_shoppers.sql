-- A handful of shoppers to try the shop as: named, consenting, with the most varied recent views.
-- p_k: rows wanted.
-- None where shoppers are not made up.
-- A row: a shopper and the categories of their last 30 looks, the latest first.
-- Looks at the first 300 shoppers alone, so that it stays quick however many there are.
create or replace function recs.demo_shoppers(p_k integer)
returns table (shopper_id text, display_name text, categories text [])
language sql
stable
rows 10
set search_path = pg_catalog, public, pg_temp
as $$
    with first_shoppers as (
        select
            s.shopper_id,
            s.display_name
        from raw.shoppers as s
        where ops.is_demo_shop()
        order by s.shopper_id
        limit 300
    )

    select
        f.shopper_id,
        f.display_name,
        lately.categories
    from first_shoppers as f
    inner join raw.consenting_shoppers as c on f.shopper_id = c.shopper_id
    cross join
        lateral (
            select
                array_agg(
                    counted.category
                    order by counted.viewed_at desc, counted.category asc
                )
                    as categories,
                sum(counted.view_count) as view_count
            from (
                select
                    p.category,
                    count(*) as view_count,
                    max(recent.viewed_at) as viewed_at
                from (
                    select v.product_id, v.viewed_at
                    from raw.views as v
                    where v.shopper_id = f.shopper_id
                    order by v.viewed_at desc
                    limit 30
                ) as recent
                inner join raw.products as p on recent.product_id = p.product_id
                where p.category is not null
                group by p.category
            ) as counted
        ) as lately
    where f.display_name is not null
    order by coalesce(cardinality(lately.categories), 0) desc, lately.view_count desc, f.shopper_id asc
    limit p_k;
$$;
