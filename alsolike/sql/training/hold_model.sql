-- Hold a model of an evaluation until the session ends, so that no other one tidies it away.
-- model_id: the model.
select pg_advisory_lock('recs.models'::regclass::oid::integer, %(model_id)s);
