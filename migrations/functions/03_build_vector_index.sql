-- Build the HNSW index over a model's vectors, unless it is there. Called after the bulk of them
-- is written: building once is many times faster than inserting one by one.
-- p_model_id: the model; an unknown one raises no_data_found. Returns whether an index was built.
create or replace function recs.build_vector_index(p_model_id integer) returns boolean
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
declare
    length integer;
    row_count bigint;
    needed_mb bigint;
    statement text;
begin
    select m.dimension into strict length from recs.models as m where m.model_id = p_model_id;
    if to_regclass(format('recs.product_vectors_%s_hnsw', p_model_id)) is not null then
        return false;
    end if;

    execute format('analyze recs.product_vectors_%s', p_model_id);
    select greatest(c.reltuples, 0) into row_count
    from pg_class as c
    where c.oid = format('recs.product_vectors_%s', p_model_id)::regclass;
    -- The build is fast only while the graph fits into memory: a row's vector, its links (16 on
    -- each level, 32 on the lowest) and their bookkeeping. 4 GB at most, for a catalogue of millions.
    needed_mb := least(4096, row_count * (2 * length + 900) / 1048576 + 64);
    perform set_config(
        'maintenance_work_mem',
        greatest(
            needed_mb * 1024, (pg_size_bytes(current_setting('maintenance_work_mem')) / 1024)
        )::text,
        true
    );

    statement := format(
        'create index product_vectors_%s_hnsw on recs.product_vectors_%s '
        'using hnsw ((embedding::halfvec(%s)) halfvec_cosine_ops)',
        p_model_id, p_model_id, length
    );
    begin
        execute statement;
    exception when disk_full or out_of_memory then
        -- A parallel build keeps the graph in shared memory, of which a container has little.
        raise warning 'The parallel index build failed (%), building with one process.', sqlerrm;
        perform set_config('max_parallel_maintenance_workers', '0', true);
        execute statement;
    end;
    return true;
end;
$$;
