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
    -- An index build logs whole pages; compressing them takes as long as the build.
    case
        when (select r.rolsuper from pg_roles as r where r.rolname = current_user)
            then set_config('wal_compression', 'off', false)
    end,
    -- A check returns few of its rows. The planner expects all of them, and would use one process
    -- to avoid passing them on.
    set_config('parallel_tuple_cost', '0', false),
    -- A scan then meets rows of the same id in the order of their lines.
    set_config('synchronize_seqscans', 'off', false)
