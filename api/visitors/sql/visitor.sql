-- The shopper who is signed in, or whom a visitor of the demo chose to be.
-- shopper_id: the shopper; signed_in_by: 'account', 'shop' for the shop's identity provider, or
-- 'choice'.
-- A row: the shopper with whether they consent to personalisation now, and what lies in their
-- basket: pieces, and ids of products; and the ids of at most 1,000 products that they hid, the
-- latest. None for an unknown one, none whose account is gone, and none who was chosen where
-- shoppers are not made up, whenever a session began; nor may one be chosen who has an account.
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
    and case
        when %(signed_in_by)s::text = 'shop' then true
        else
            (%(signed_in_by)s::text = 'account') = exists (
                select 1 from ops.accounts as a
                where a.shopper_id = s.shopper_id
            )
            and (%(signed_in_by)s::text = 'account' or ops.is_demo_shop())
    end
