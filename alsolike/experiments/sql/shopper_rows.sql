-- What the shoppers of an experiment did: those whose window is over and who consent to measurement
-- now. The window begins with the exposure; the time before is as long.
-- name: the experiment; days: its window; at: the moment that counts as now; places: its lists;
-- currency: that of revenue and orders, null: of products without one.
-- A row: a shopper; arm; converted: whether they ordered, in any currency; orders, revenue: less
-- what was taken back; impressions, clicks: of the lists of the experiment that were seen; the same
-- before; and whether they saw one of the lists.
with exposed as (
    select
        x.arm,
        x.shopper_id,
        x.exposed_at,
        x.exposed_at - make_interval(days => %(days)s::integer) as begins_at,
        x.exposed_at + make_interval(days => %(days)s::integer) as ends_at
    from recs.exposures as x
    inner join raw.measured_shoppers as m on x.shopper_id = m.shopper_id
    where
        x.experiment = %(name)s
        and x.exposed_at + make_interval(days => %(days)s::integer) <= %(at)s::timestamptz
),

bought as (
    select
        e.shopper_id,
        bool_or(b.purchased_at >= e.exposed_at) as converted,
        bool_or(b.purchased_at < e.exposed_at) as converted_before,
        count(distinct coalesce(b.order_id, b.purchase_id)) filter (
            where
            b.purchased_at >= e.exposed_at
            and p.currency is not distinct from %(currency)s::text
        ) as orders,
        sum(b.unit_price * (b.quantity - b.returned_quantity)) filter (
            where
            b.purchased_at >= e.exposed_at
            and p.currency is not distinct from %(currency)s::text
        ) as revenue,
        sum(b.unit_price * (b.quantity - b.returned_quantity)) filter (
            where
            b.purchased_at < e.exposed_at
            and p.currency is not distinct from %(currency)s::text
        ) as revenue_before
    from exposed as e
    inner join raw.purchases as b on e.shopper_id = b.shopper_id
    left join raw.products as p on b.product_id = p.product_id
    where
        b.purchased_at >= e.begins_at
        and b.purchased_at < e.ends_at
        and b.quantity > b.returned_quantity
    group by e.shopper_id
),

shown as (
    select
        e.shopper_id,
        count(*) filter (where i.seen_at is not null) as impressions,
        count(*) filter (where i.clicked_at is not null) as clicks
    from exposed as e
    inner join recs.impressions as i on e.shopper_id = i.shopper_id
    where
        i.served_at >= e.exposed_at
        and i.served_at < e.ends_at
        and i.place = any(%(places)s::text [])
        and not i.is_bot
    group by e.shopper_id
)

select
    e.arm,
    coalesce(b.converted, false) as converted,
    coalesce(b.orders, 0) as orders,
    coalesce(b.revenue, 0)::double precision as revenue,
    coalesce(s.impressions, 0) as impressions,
    coalesce(s.clicks, 0) as clicks,
    coalesce(b.converted_before, false) as converted_before,
    coalesce(b.revenue_before, 0)::double precision as revenue_before,
    coalesce(s.impressions, 0) > 0 as has_seen
from exposed as e
left join bought as b on e.shopper_id = b.shopper_id
left join shown as s on e.shopper_id = s.shopper_id
