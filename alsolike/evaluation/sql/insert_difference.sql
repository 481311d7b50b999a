-- Keep the difference of two models.
-- evaluation_id; model, against: their names; metric: such as 'ndcg@10'; difference: the mean of
-- the first less that of the second; low, high: its paired 95 % interval.
insert into recs.evaluation_differences (
    evaluation_id, model, against, metric, difference, low, high
)
values (
    %(evaluation_id)s, %(model)s, %(against)s, %(metric)s, %(difference)s, %(low)s, %(high)s
)
