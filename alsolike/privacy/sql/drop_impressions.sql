-- Drop the months of impressions that are over for so long.
-- days: how many impressions are kept after their month.
-- A row: a month.
select recs.drop_impression_months(%(days)s::integer)
