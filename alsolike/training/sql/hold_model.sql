-- Hold a model of an evaluation until the session ends, so that no other one tidies it away. It
-- does not wait: whoever else has taken its number, as every role can, keeps it from that as well.
-- model_id: the model.
select pg_try_advisory_lock('recs.models'::regclass::oid::integer, %(model_id)s);
