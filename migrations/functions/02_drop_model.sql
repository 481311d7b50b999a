-- Remove a model with its vectors, neighbours and priors.
-- p_model_id: the model; an unknown one raises no_data_found, the serving one object_in_use.
-- The lock that drops the vectors waits for their readers, and new readers wait behind it. So it
-- waits for at most 0.2 s, lets them pass for 0.5 s, and tries again, for 30 s in all; then it
-- raises lock_not_available. Before, it waits up to 30 minutes for whoever is writing a model.
create or replace function recs.drop_model(p_model_id integer) returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
set lock_timeout = '5s'
as $$
declare
    found_name text;
    give_up_at constant timestamptz := clock_timestamp() + interval '30 seconds';
begin
    select m.name into found_name from recs.models as m where m.model_id = p_model_id for update;
    if not found then
        raise no_data_found using message = format('There is no model %s.', p_model_id);
    end if;
    if exists (select from recs.serving_model as s where s.model_id = p_model_id) then
        raise object_in_use using
            message = format('The model %L serves: let another one serve first.', found_name);
    end if;

    -- The large tables first, so that the lock on the partition is held for a short time.
    delete from recs.neighbours as n where n.model_id = p_model_id;
    delete from recs.product_priors as p where p.model_id = p_model_id;
    delete from recs.repurchase_factors as f where f.model_id = p_model_id;
    -- Who writes a model holds this table until the commit. Waiting for it keeps no reader waiting,
    -- as it would once the vectors are locked.
    perform set_config('lock_timeout', '30min', true);
    lock table recs.models in row exclusive mode;
    perform set_config('lock_timeout', '200ms', true);
    loop
        begin
            execute format('drop table if exists recs.product_vectors_%s', p_model_id);
            exit;
        exception when lock_not_available then
            if clock_timestamp() > give_up_at then
                raise;
            end if;
        end;
        perform pg_sleep(0.5);
    end loop;
    delete from recs.models as m where m.model_id = p_model_id;
end;
$$;
