-- What a shopper bought before and may be about to buy again.
-- p_shopper_id: a shopper, whose consent to personalisation is looked up here: without it there is
-- no row; p_k: rows wanted, 0 or more; p_exclude: product ids to leave out; p_filter: see
-- recs.product_filter, null: in stock.
-- A row: rank from 1, product_id, how often they bought it, the latest purchase's id and its time,
-- and how due it is: days since then over the usual days between two purchases, their own where
-- they bought it twice, else those of all who did. Only products that are bought again and again
-- (marts.rebuyable_products), or that this shopper bought twice. Those that are due (1 and above)
-- come first, the most often bought before the others; then the others, the more due the sooner;
-- of a group of variants the first of these.
-- What was taken back counts as never bought. Lines of one order are one purchase, however often
-- they were reported; without an order, those of one second are. For the future see
-- recs.has_happened.
create or replace function recs.buy_again(
    p_shopper_id text, p_k integer default 10, p_exclude text [] default '{}',
    p_filter recs.product_filter default null
) returns table (
    rank integer, product_id text, times integer, purchase_id text, purchased_at timestamptz,
    due double precision
)
language plpgsql
stable
rows 20
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if p_k is null or p_k < 0 then
        raise invalid_parameter_value using message = 'The number of rows must be 0 or more.';
    end if;
    -- The mart is dbt's: until it is built nothing is known to be bought again.
    if to_regclass('marts.rebuyable_products') is null then
        return;
    end if;

    return query
    with purchases as (
        select distinct on (b.product_id, o.order_id, o.bought_at)
            b.product_id, b.purchase_id, b.purchased_at
        from raw.purchases as b
        cross join lateral (
            select
                nullif(trim(b.order_id), '') as order_id,
                case
                    when nullif(trim(b.order_id), '') is null
                        then date_trunc('second', b.purchased_at)
                end as bought_at
        ) as o
        where
            b.shopper_id = (
                select c.shopper_id
                from raw.consenting_shoppers as c
                where c.shopper_id = p_shopper_id
            )
            and b.returned_quantity < b.quantity
            and recs.has_happened(b.purchased_at)
        order by b.product_id, o.order_id, o.bought_at, b.purchased_at, b.purchase_id
    ),

    bought as (
        select
            b.product_id,
            count(*)::integer as times,
            (array_agg(b.purchase_id order by b.purchased_at desc, b.purchase_id))[1]
                as purchase_id,
            max(b.purchased_at) as latest_at,
            extract(epoch from max(b.purchased_at) - min(b.purchased_at)) / 86400 as days
        from purchases as b
        group by b.product_id
    ),

    dated as (
        select
            b.product_id, b.times, b.purchase_id, b.latest_at,
            extract(epoch from now() - b.latest_at) / 86400
            / greatest(
                1, case when b.times > 1 then b.days / (b.times - 1) else r.days_between end
            ) as due,
            p.variant_group_id
        from bought as b
        left join marts.rebuyable_products as r on b.product_id = r.product_id
        inner join raw.products as p on b.product_id = p.product_id
        where
            (r.product_id is not null or b.times > 1)
            and recs.fits(p, p_filter)
            and b.product_id not in (select unnest(recs.with_variants(p_exclude)))
            and b.product_id not in (
                select h.product_id from recs.hides as h where h.shopper_id = p_shopper_id
            )
    ),

    ordered as (
        select d.*,
            row_number() over (
                order by
                    d.due >= 1 desc,
                    case when d.due >= 1 then d.times end desc,
                    d.due desc,
                    d.product_id asc
            ) as place
        from dated as d
    ),

    placed as (
        select o.*,
            row_number() over (
                partition by
                    o.variant_group_id, case when o.variant_group_id is null then o.product_id end
                order by o.place
            ) as number_in_group
        from ordered as o
    )

    select
        (row_number() over (order by l.place))::integer, l.product_id, l.times, l.purchase_id,
        l.latest_at, l.due::double precision
    from placed as l
    where l.number_in_group = 1
    order by l.place
    limit p_k;
end;
$$;
