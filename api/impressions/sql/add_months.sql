-- Make the partition of impressions of this month, and of the next.
select recs.add_impression_months(1)
