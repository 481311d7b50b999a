-- Shoppers with what not to recommend to them, by the rule of recs.left_out.
-- shopper_ids: the shoppers; row_count: ids of a shopper at most, of each kind, the latest first.
-- A row: a shopper that is known, their name, and the ids of what they bought, hid or want less
-- like, and of what lies in their basket.
with known as materialized (
    select
        s.shopper_id,
        s.display_name,
        -- Of no days: what they looked at is not asked for.
        recs.left_out(s.shopper_id, p_viewed_days => 0) as product_ids
    from raw.shoppers as s
    where s.shopper_id = any(%(shopper_ids)s)
)

select
    k.shopper_id,
    k.display_name,
    array(
        (
            select p.product_id
            from raw.purchases as p
            where
                p.shopper_id = k.shopper_id
                and p.product_id = any(k.product_ids)
                and p.returned_quantity < p.quantity
            order by p.purchased_at desc
            limit %(row_count)s
        )
        union
        (
            select h.product_id
            from recs.hides as h
            where h.shopper_id = k.shopper_id
            order by h.hidden_at desc
            limit %(row_count)s
        )
        union
        select l.product_id
        from raw.basket_lines as l
        where l.basket_id = 'shopper:' || k.shopper_id
        union
        select w.product_id
        from unnest(recs.less_wanted(k.shopper_id, null)) as w (product_id)
    ) as product_ids
from known as k
