-- What a shopper or an anonymous session wants less like, the latest first.
-- p_shopper_id: a shopper, whose consent to personalisation is looked up here; p_session_id: an
-- anonymous session: what both mean, recs.recent_actions says; p_as_of: what they said strictly
-- before, null: all until now.
-- Returns the product ids; api/events/sql/state_preference.sql bounds how many are kept.
create or replace function recs.less_wanted(
    p_shopper_id text, p_session_id text, p_as_of timestamptz default null
) returns text []
language sql
stable
as $$
    select
        array(
            select l.product_id
            from (
                select p.product_id, p.stated_at
                from recs.preferences as p
                where
                    p.shopper_id = (
                        select c.shopper_id
                        from raw.consenting_shoppers as c
                        where c.shopper_id = p_shopper_id
                    )
                    and p.direction = -1
                union all
                select p.product_id, p.stated_at
                from recs.preferences as p
                where
                    p.shopper_id is null
                    and p.session_id = p_session_id
                    and p.direction = -1
                    and (
                        p_shopper_id is null
                        or exists (
                            select from raw.consenting_shoppers as c
                            where c.shopper_id = p_shopper_id
                        )
                    )
            ) as l
            where l.stated_at < coalesce(p_as_of, 'infinity')
            order by l.stated_at desc, l.product_id
        );
$$;
