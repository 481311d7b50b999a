-- Build the HNSW index over a model's vectors, unless a valid one is there. Called after most
-- vectors are written: one build is many times faster than to add them one by one.
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
    index_name constant text := format('recs.product_vectors_%s_hnsw', p_model_id);
begin
    select m.dimension into strict length from recs.models as m where m.model_id = p_model_id;
    if exists (
        select from pg_index as i where i.indexrelid = to_regclass(index_name) and i.indisvalid
    ) then
        return false;
    end if;
    -- No query uses an invalid one, which a concurrent build that failed leaves behind.
    execute format('drop index if exists %s', index_name);

    execute format('analyze recs.product_vectors_%s', p_model_id);
    select greatest(c.reltuples, 0) into row_count
    from pg_class as c
    where c.oid = format('recs.product_vectors_%s', p_model_id)::regclass;
    -- The build is fast only while the graph fits into memory: for each row its vector, its links
    -- (16 on each level, 32 on the lowest) and their headers. 4 GB at most: a catalogue of millions.
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
        -- A parallel build needs the graph in shared memory, and a container has little of it.
        raise warning 'The parallel index build failed (%), building with one process.', sqlerrm;
        perform set_config('max_parallel_maintenance_workers', '0', true);
        execute statement;
    end;
    return true;
end;
$$;
