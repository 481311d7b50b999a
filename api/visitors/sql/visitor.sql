-- The shopper who is signed in, or whom a visitor of the demo chose to be.
-- shopper_id: the shopper; signed_in_by: 'account', 'shop' for the shop's identity provider, or
-- 'choice'.
-- A row: the shopper with the purposes that they agreed to, that they decided about, and that they
-- agreed to on the site in spite of Global Privacy Control; and what lies in their
-- basket: pieces, and ids of products; and the ids of at most 1,000 products that they hid, the
-- latest; and their arms by experiment. None for an unknown one, none whose account is gone, and
-- none who was chosen where shoppers are not made up, whenever a session began; nor may one be
-- chosen who has an account.
select
    s.shopper_id,
    s.display_name,
    c.agreed,
    c.decided,
    c.confirmed,
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
    ) as hidden,
    (
        select coalesce(jsonb_object_agg(x.experiment, x.arm), '{}')
        from recs.exposures as x
        where x.shopper_id = s.shopper_id
    ) as arms
from raw.shoppers as s
cross join
    lateral (
        select
            coalesce(array_agg(d.purpose) filter (where d.is_granted), '{}') as agreed,
            coalesce(array_agg(d.purpose), '{}') as decided,
            coalesce(
                array_agg(d.purpose) filter (where d.is_granted and d.source = 'site:gpc'), '{}'
            ) as confirmed
        from raw.current_consents as d
        where d.shopper_id = s.shopper_id
    ) as c
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
