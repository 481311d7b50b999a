-- Keep one metric of one model.
-- evaluation_id; model: its name; slice: 'all', 'warm' or 'cold'; metric: such as 'ndcg@10';
-- value: null where no shopper counts; low, high: 95 % interval, null where there is none.
insert into recs.evaluation_metrics (evaluation_id, model, slice, metric, value, low, high)
values (
    %(evaluation_id)s, %(model)s, %(slice)s, %(metric)s, %(value)s, %(low)s, %(high)s
)
