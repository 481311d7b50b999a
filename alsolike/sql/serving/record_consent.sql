-- Record what a shopper decides about personalisation on the site.
-- shopper_id: the shopper; is_granted: yes or no.
insert into raw.consents (shopper_id, purpose, is_granted, source)
select
    s.shopper_id,
    'personalisation' as purpose,
    %(is_granted)s::boolean as is_granted,
    'site' as source
from raw.shoppers as s
where s.shopper_id = %(shopper_id)s
