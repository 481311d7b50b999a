-- Mark a model of an evaluation as in use until the session ends, so that no other evaluation drops
-- it. Tries once and never waits: any role can take an advisory lock, and whoever holds this one
-- already keeps the model from being dropped.
-- model_id: the model.
select pg_try_advisory_lock('recs.models'::regclass::oid::integer, %(model_id)s)
