-- Act as the app's role, under its limits, for as long as the session lasts.
-- role: its name, or none: the role that logged in. limit_ms: time limit of a statement, text,
-- milliseconds.
-- A row: none of interest.
select
    set_config('role', %(role)s, false),
    set_config('statement_timeout', %(limit_ms)s, false),
    -- An event that waits for an erasure has to see it.
    set_config('default_transaction_isolation', 'read committed', false),
    -- Starting a parallel worker takes longer than most of the app's statements.
    set_config('max_parallel_workers_per_gather', '0', false)
