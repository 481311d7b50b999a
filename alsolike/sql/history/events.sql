-- What consenting shoppers did.
-- A row: one event with its shopper and product, its kind, when (microseconds since 1970), the
-- weight of its kind, and the order it belongs to (null: none was given); by shopper, then time.
select
    e.shopper_id,
    e.product_id,
    e.kind,
    (extract(epoch from e.occurred_at) * 1000000)::bigint as occurred_us,
    e.weight::real as weight,
    e.order_id
from marts.shopper_events as e
order by e.shopper_id collate "C", e.occurred_at, e.kind, e.event_id collate "C";
