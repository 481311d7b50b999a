-- Make the partitions of impressions of this month and of three more.
select recs.add_impression_months()
