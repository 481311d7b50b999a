-- What a shopper decided, the latest first.
-- shopper_id: the shopper; row_count: rows wanted.
-- A row: a decision with its time, purpose, yes or no, and who told.
select
    c.recorded_at,
    c.purpose,
    c.is_granted,
    c.source
from raw.consents as c
where c.shopper_id = %(shopper_id)s
order by c.consent_id desc
limit %(row_count)s
