-- How many cards a listing would have with each value that its filters offer; a group of variants
-- is one card. A value is counted under the choices of all other filters, and in the place of those
-- of its own.
-- Parameters: those of listed_products.sql; most_counted: products looked at, the newest first;
-- most_values: values of a filter; most_attributes: attributes that are offered.
-- A row: a filter (all, category, brand, price, rating, stock, attribute); the name of the
-- attribute, null for other filters; a value; whether it is a truth value; the number of cards;
-- for prices, of which the value is the currency, the least and the greatest. Values by how many
-- products have them, whatever is chosen. A category counts with all below it. `all` has a row for
-- the products looked at (`listed`), in which each variant counts, and one for the cards that fit
-- all choices (`fitting`). Attributes are those that half of the products have at least, with two
-- values or more, but no more than most_values; of longer texts, none.
-- Planned anew each time: what is not chosen costs nothing then.
with wanted as materialized (
    select
        a.name,
        array(select jsonb_array_elements(a.alternatives)) as objects
    from jsonb_each(%(attributes)s::jsonb) as a (name, alternatives)
),

listed as materialized (
    select
        p.product_id,
        -- Numbers are counted faster than texts; that two groups have the same one is next to
        -- impossible.
        hashtextextended(p.variant_group_id, 0) as group_number,
        p.category,
        p.brand,
        upper(p.currency) as currency,
        least(p.price, p.sale_price)::double precision as price_now,
        p.is_in_stock,
        p.attributes
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
    order by p.created_at desc, p.product_id asc
    limit %(most_counted)s
),

rated as (
    select
        l.product_id,
        avg(v.rating)::double precision as average
    from listed as l
    inner join raw.reviews as v on l.product_id = v.product_id
    group by l.product_id
),

judged as (
    select
        l.*,
        r.average,
        -- Filters of which the product has none of the chosen values.
        array_remove(
            array[
                case
                    when
                        (
                            l.category = %(category)s::text
                            or starts_with(l.category, %(category)s || ' > ')
                        ) is not true
                        and %(category)s is not null
                        then 'category'
                end,
                case
                    when
                        (l.brand = any(%(brands)s::text [])) is not true
                        and %(brands)s is not null
                        then 'brand'
                end,
                case
                    when
                        (
                            (%(currency)s::text is null or l.currency = %(currency)s)
                            and (
                                %(price_min)s::numeric is null or l.price_now >= %(price_min)s
                            )
                            and (
                                %(price_max)s::numeric is null or l.price_now <= %(price_max)s
                            )
                        ) is not true
                        then 'price'
                end,
                case
                    when
                        (r.average >= %(least_rating)s::integer) is not true
                        and %(least_rating)s is not null
                        then 'rating'
                end,
                case when %(in_stock)s and not l.is_in_stock then 'stock' end
            ],
            null
        )
        || case
            when %(attributes)s::jsonb is null then '{}'
            else array(
                select 'attribute ' || w.name
                from wanted as w
                where not l.attributes @> any(w.objects)
            )
        end as misfits
    from listed as l
    left join rated as r on l.product_id = r.product_id
),

-- The filter that alone leaves the product out; empty: it fits; null: several do.
fitted as materialized (
    select
        j.*,
        case cardinality(j.misfits)
            when 0 then ''
            when 1 then j.misfits[1]
        end as misfit
    from judged as j
),

-- The best mean of each card, of what fits and of what does not.
best_rated as materialized (
    select
        f.average,
        f.misfit in ('', 'rating') as is_fitting
    from fitted as f
    where f.average >= 1 and f.group_number is null
    union all
    select
        max(f.average) as average,
        f.misfit in ('', 'rating') as is_fitting
    from fitted as f
    where f.average >= 1 and f.group_number is not null
    group by f.group_number, is_fitting
),

named as (
    select
        f.group_number,
        f.misfit,
        a.name,
        v.value #>> '{}' as value,
        jsonb_typeof(v.value) = 'boolean' as is_truth
    from fitted as f
    cross join lateral jsonb_each(f.attributes) as a (name, value)
    cross join lateral jsonb_path_query(a.value, '$[*]') as v (value)
    where jsonb_typeof(v.value) in ('string', 'number', 'boolean')
),

attribute_values as (
    select
        n.name,
        n.value,
        bool_or(n.is_truth) as is_truth,
        count(*) as in_all,
        count(*) filter (
            where n.group_number is null and n.misfit in ('', 'attribute ' || n.name)
        ) as single_count,
        array_agg(n.group_number) filter (
            where n.group_number is not null and n.misfit in ('', 'attribute ' || n.name)
        ) as group_numbers
    from named as n
    group by n.name, n.value
),

offered as (
    select a.name
    from attribute_values as a
    group by a.name
    having
        (
            count(*) between 2 and %(most_values)s
            and max(length(a.value)) <= 60
            and length(a.name) <= 60
            -- A product that has several values counts for each: close enough here.
            and 2 * sum(a.in_all) >= (select count(*) from fitted)
        )
        or a.name in (select w.name from wanted as w)
    order by a.name in (select w.name from wanted as w) desc, sum(a.in_all) desc, a.name asc
    limit %(most_attributes)s
),

counted as (
    select
        'all' as filter,
        null as name,
        t.value,
        false as is_truth,
        0 as in_all,
        t.card_count,
        null::double precision as lowest,
        null::double precision as highest
    from (
        select
            count(*) as listed,
            count(*) filter (where f.misfit = '' and f.group_number is null)
            + count(distinct f.group_number) filter (where f.misfit = '') as fitting
        from fitted as f
    ) as c
    cross join
        lateral (
            values ('listed', c.listed), ('fitting', c.fitting)
        ) as t (value, card_count)
    union all
    select
        'category' as filter,
        null as name,
        t.path as value,
        false as is_truth,
        sum(t.in_all) as in_all,
        sum(
            case when t.group_number is null then t.fitting else least(t.fitting, 1) end
        ) as card_count,
        null as lowest,
        null as highest
    from (
        select
            a.path,
            g.group_number,
            sum(g.in_all) as in_all,
            sum(g.fitting) as fitting
        from (
            select
                string_to_array(f.category, ' > ') as names,
                f.group_number,
                count(*) as in_all,
                count(*) filter (where f.misfit in ('', 'category')) as fitting
            from fitted as f
            where f.category is not null and %(within)s::text is null
            group by f.category, f.group_number
        ) as g
        cross join
            lateral (
                select array_to_string(g.names[:d.depth], ' > ') as path
                from generate_series(1, cardinality(g.names)) as d (depth)
            ) as a
        group by a.path, g.group_number
    ) as t
    group by t.path
    union all
    (
        select
            'brand' as filter,
            null as name,
            g.brand as value,
            false as is_truth,
            sum(g.in_all) as in_all,
            sum(
                case when g.group_number is null then g.fitting else least(g.fitting, 1) end
            ) as card_count,
            null as lowest,
            null as highest
        from (
            select
                f.brand,
                f.group_number,
                count(*) as in_all,
                count(*) filter (where f.misfit in ('', 'brand')) as fitting
            from fitted as f
            where f.brand is not null
            group by f.brand, f.group_number
        ) as g
        group by g.brand
        order by in_all desc, g.brand asc
        limit %(most_values)s
    )
    union all
    select
        'price' as filter,
        null as name,
        f.currency as value,
        false as is_truth,
        count(*) as in_all,
        count(*) filter (where f.misfit in ('', 'price') and f.group_number is null)
        + count(distinct f.group_number)
        filter (where f.misfit in ('', 'price')) as card_count,
        min(f.price_now) as lowest,
        max(f.price_now) as highest
    from fitted as f
    where f.price_now is not null
    group by f.currency
    union all
    select
        'rating' as filter,
        null as name,
        s.stars::text as value,
        false as is_truth,
        0 as in_all,
        count(*) filter (where b.is_fitting) as card_count,
        null as lowest,
        null as highest
    from generate_series(1, 4) as s (stars)
    inner join best_rated as b on s.stars <= b.average
    group by s.stars
    union all
    select
        'stock' as filter,
        null as name,
        'yes' as value,
        false as is_truth,
        count(*) filter (where f.is_in_stock) as in_all,
        count(*) filter (
            where f.is_in_stock and f.misfit in ('', 'stock') and f.group_number is null
        )
        + count(distinct f.group_number)
        filter (where f.is_in_stock and f.misfit in ('', 'stock')) as card_count,
        null as lowest,
        null as highest
    from fitted as f
    -- Where all can be bought there is nothing to choose.
    having %(in_stock)s or not bool_and(f.is_in_stock)
    union all
    select
        'attribute' as filter,
        v.name,
        v.value,
        v.is_truth,
        v.in_all,
        v.single_count + (
            select count(distinct g.number) from unnest(v.group_numbers) as g (number)
        ) as card_count,
        null as lowest,
        null as highest
    from (
        select
            a.*,
            row_number() over (partition by a.name order by a.in_all desc, a.value asc) as place
        from attribute_values as a
        inner join offered as o on a.name = o.name
    ) as v
    where v.place <= %(most_values)s
)

select
    c.filter,
    c.name,
    c.value,
    c.is_truth,
    c.card_count::bigint as card_count,
    c.lowest,
    c.highest
from counted as c
order by c.filter asc, c.name asc, c.in_all desc, c.value asc
