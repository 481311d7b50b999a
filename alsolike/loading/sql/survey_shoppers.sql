-- Note the shoppers of the staged file of shoppers. Rows that will be rejected, such as those that
-- contradict each other, count as stated: they refuse consent.
-- source: name of the file.
-- A row: one shopper.
insert into surveyed (source, shopper_id, is_stated)
select
    %(source)s,
    s.shopper_id,
    bool_or(s.consent is not null or s.problem is not null)
    or count(distinct row(s.display_name, s.created_at)) > 1
from staged as s
where s.shopper_id is not null and not is_nobody(s.shopper_id)
group by s.shopper_id
