-- A page of the shown products of a listing that fit the choices of its filters, in an order; of a
-- group of variants one that fits: in stock before sold out, then the first in that order.
-- within: path of a category, itself and all below it, null: any; of_brand: the one brand, null:
-- any; product_ids: what a search found, null: any; scores: how well each of these matches;
-- category: chosen path, as within; brands: one of these; currency: priced in it;
-- price_min, price_max: bounds of what it costs now; attributes: a JSON object, for each attribute
-- one of whose values is chosen a list of objects, one of which a product's attributes contain;
-- least_rating: least mean of the ratings, 1 to 5; null of any of these: not chosen; in_stock:
-- whether only what can be bought; order_name: newest, price-up, price-down, rating, popular or
-- best, the order of the scores, in which a variant whose id or title is the query (2 and more) is
-- the card even if it is sold out; after_group, after_first, after_second, after_id: keys of the
-- last row of the page before, null: the first page; row_count: rows wanted.
-- A row: a product id, the keys that order it, and how many cards fit: of the first page all, of
-- another those that follow the page before. Prices lie together by currency; what has no price,
-- rating or history comes last.
-- Planned anew each time: what is not chosen costs nothing then.
with wanted as materialized (
    select array(select jsonb_array_elements(a.alternatives)) as objects
    from jsonb_each(%(attributes)s::jsonb) as a (name, alternatives)
),

fitting as (
    select
        p.product_id,
        p.variant_group_id collate "C" as group_id,
        p.is_in_stock,
        upper(p.currency) as currency,
        least(p.price, p.sale_price)::double precision as price_now,
        p.created_at
    from raw.products as p
    where
        not p.is_hidden
        and (
            %(within)s::text is null
            or p.category = %(within)s
            or starts_with(p.category, %(within)s || ' > ')
        )
        and (%(of_brand)s::text is null or p.brand = %(of_brand)s)
        and (%(product_ids)s::text [] is null or p.product_id = any(%(product_ids)s))
        and (
            %(category)s::text is null
            or p.category = %(category)s
            or starts_with(p.category, %(category)s || ' > ')
        )
        and (%(brands)s::text [] is null or p.brand = any(%(brands)s))
        and (%(currency)s::text is null or upper(p.currency) = %(currency)s)
        and (
            %(price_min)s::numeric is null
            or least(p.price, p.sale_price) >= %(price_min)s::numeric
        )
        and (
            %(price_max)s::numeric is null
            or least(p.price, p.sale_price) <= %(price_max)s::numeric
        )
        and (not %(in_stock)s or p.is_in_stock)
        and (
            %(attributes)s::jsonb is null
            or not exists (
                select from wanted as w
                where not p.attributes @> any(w.objects)
            )
        )
),

rated as materialized (
    select
        f.product_id,
        avg(v.rating)::double precision as average,
        count(*) as reviews
    from fitting as f
    inner join raw.reviews as v on f.product_id = v.product_id
    where %(order_name)s = 'rating' or %(least_rating)s::integer is not null
    group by f.product_id
),

ranked as materialized (
    select
        k.product_id,
        k.place
    from recs.popularity_ranks(
        (select array_agg(f.product_id) from fitting as f where %(order_name)s = 'popular')
    ) as k
),

-- Written once, and made for the products of groups and for the others apart.
keyed as not materialized (
    select
        f.product_id,
        f.group_id,
        f.is_in_stock,
        case
            when %(order_name)s in ('price-up', 'price-down') then coalesce(f.currency, '')
            else ''
        end as group_key,
        -- What has no key is beyond all that have one.
        coalesce(
            case %(order_name)s
                when 'newest' then -extract(epoch from f.created_at)::double precision
                when 'price-up' then f.price_now
                when 'price-down' then -f.price_now
                when 'rating' then -r.average
                when 'popular' then k.place
                when 'best' then -s.score
            end,
            1e300
        ) as first_key,
        case %(order_name)s
            when 'rating' then -coalesce(r.reviews, 0)::double precision
            when 'popular' then -extract(epoch from f.created_at)::double precision
            else 0
        end as second_key
    from fitting as f
    left join rated as r on f.product_id = r.product_id
    left join ranked as k on f.product_id = k.product_id
    left join unnest(
        %(product_ids)s::text [], %(scores)s::double precision []
    ) as s (product_id, score) on %(order_name)s = 'best' and f.product_id = s.product_id
    where %(least_rating)s::integer is null or r.average >= %(least_rating)s
),

first_of_group as (
    select distinct on (k.group_id) k.*
    from keyed as k
    where k.group_id is not null
    order by
        k.group_id asc,
        %(order_name)s = 'best' and k.first_key <= -2 desc,
        k.is_in_stock desc,
        k.group_key asc,
        k.first_key asc,
        k.second_key asc,
        k.product_id asc
),

cards as (
    select * from keyed as k where k.group_id is null
    union all
    select * from first_of_group
)

select
    c.product_id,
    c.group_key,
    c.first_key,
    c.second_key,
    count(*) over ()::integer as fitting_count
from cards as c
where
    %(after_id)s::text is null
    or (c.group_key, c.first_key, c.second_key, c.product_id) > (
        %(after_group)s::text, %(after_first)s::double precision,
        %(after_second)s::double precision, %(after_id)s
    )
order by c.group_key, c.first_key, c.second_key, c.product_id
limit %(row_count)s
