-- Start an experiment.
-- Parameters: as the columns of recs.experiments; arms: as JSON.
-- No row if one of that name was there before.
insert into recs.experiments (
    name, hypothesis, layer, layer_from, layer_to, salt, arms, places, metric, planned_shoppers,
    window_days
)
values (
    %(name)s, %(hypothesis)s, %(layer)s, %(layer_from)s, %(layer_to)s, %(salt)s, %(arms)s,
    %(places)s, %(metric)s, %(planned_shoppers)s, %(window_days)s
)
on conflict (name) do nothing
returning name
