-- Whether something is kept of a shopper for each purpose, as raw.forget_actions would delete it.
-- shopper_id: the shopper.
-- A row: two booleans.
select
    exists (select from raw.views as v where v.shopper_id = %(shopper_id)s)
    or exists (select from raw.basket_additions as b where b.shopper_id = %(shopper_id)s)
        as personalisation,
    exists (select from raw.clicks as c where c.shopper_id = %(shopper_id)s)
    or exists (select from recs.impressions as i where i.shopper_id = %(shopper_id)s)
    or exists (select from recs.exposures as x where x.shopper_id = %(shopper_id)s)
        as measurement
