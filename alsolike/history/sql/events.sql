-- What shoppers who consent to personalisation now and anonymous sessions did. Who withdrew since
-- the last transform is left out; what sessions did is deleted when they withdraw.
-- A row: one event with its visitor (a key, see marts.shopper_events) and product, its kind, when
-- (microseconds since 1970), the weight of its kind, and the order it belongs to (null: none was
-- given); by visitor, then time.
select
    e.visitor_id,
    e.product_id,
    e.kind,
    (extract(epoch from e.occurred_at) * 1000000)::bigint as occurred_us,
    e.weight::real as weight,
    e.order_id
from marts.shopper_events as e
left join raw.consenting_shoppers as c on e.shopper_id = c.shopper_id
where
    c.shopper_id is not null
    or (
        e.shopper_id is null
        and (
            e.kind <> 'view'
            or exists (select from raw.views as v where v.view_id = e.event_id)
        )
    )
order by e.visitor_id collate "C", e.occurred_at, e.kind, e.event_id collate "C";
