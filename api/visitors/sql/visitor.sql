-- The shopper whom the shop's identity provider named, or whom a visitor chose to be.
-- shopper_id: the shopper; by_shop: whether the provider named them.
-- A row: the shopper with whether they consent to personalisation now, and what lies in their
-- basket: pieces, and ids of products; and the ids of at most 1,000 products that they hid, the
-- latest. None for an unknown one, and none who was chosen where
-- shoppers are not made up, whenever a session began.
select
    s.shopper_id,
    s.display_name,
    c.shopper_id is not null as is_personalised,
    b.pieces,
    b.product_ids,
    array(
        (
            select h.product_id
            from recs.hides as h
            where h.shopper_id = s.shopper_id
            order by h.hidden_at desc, h.product_id asc
            limit 1000
        )
    ) as hidden
from raw.shoppers as s
left join raw.consenting_shoppers as c on s.shopper_id = c.shopper_id
cross join
    lateral (
        select
            coalesce(sum(l.quantity), 0)::integer as pieces,
            coalesce(array_agg(l.product_id), '{}') as product_ids
        from raw.basket_lines as l
        where l.basket_id = 'shopper:' || s.shopper_id
    ) as b
where
    s.shopper_id = %(shopper_id)s
    and (%(by_shop)s::boolean or ops.is_demo_shop())
