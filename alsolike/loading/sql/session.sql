-- Settings of a session that loads: memory for one big statement at a time, and one way to read
-- times (no zone: UTC; never day before month).
-- A row: none of interest.
select
    set_config('temp_buffers', '32MB', false),
    set_config('work_mem', '64MB', false),
    set_config('maintenance_work_mem', '256MB', false),
    set_config('statement_timeout', '0', false),
    set_config('idle_in_transaction_session_timeout', '0', false),
    set_config('timezone', 'UTC', false),
    set_config('datestyle', 'ISO, YMD', false),
    -- Index pages are logged whole; compressing them costs as much time as building the index.
    case
        when (select r.rolsuper from pg_roles as r where r.rolname = current_user)
            then set_config('wal_compression', 'off', false)
    end,
    -- A check returns few rows of many, which the planner cannot know: it would fear the cost of
    -- passing all of them from process to process, and use one.
    set_config('parallel_tuple_cost', '0', false),
    -- Rows of the same id are met in the order of their lines.
    set_config('synchronize_seqscans', 'off', false)
