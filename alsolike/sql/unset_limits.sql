-- Bounds of what the two roles may hold that are not set yet: time of a statement, of a transaction
-- and of one that is idle, disk for sorting, and connections. They are defaults: Postgres lets a
-- role change the times of its own sessions, so nothing of alsolike relies on them alone. What an
-- administrator has set for a role stays.
-- No parameters. A row: the statement that sets one.
select
    format(
        'alter role %I in database %I set %I = %L',
        w.role, current_database(), w.setting, w.value
    ) as statement
from (
    values
    ('alsolike_analyst', 'statement_timeout', '1min'),
    ('alsolike_analyst', 'transaction_timeout', '2min'),
    ('alsolike_analyst', 'idle_in_transaction_session_timeout', '30s'),
    ('alsolike_analyst', 'temp_file_limit', '2GB'),
    ('alsolike_app', 'idle_in_transaction_session_timeout', '30s'),
    -- The site sets its own, except behind a pooler, where these are the only ones.
    ('alsolike_app', 'statement_timeout', '2s'),
    ('alsolike_app', 'max_parallel_workers_per_gather', '0'),
    -- An event that waits for an erasure has to see it.
    ('alsolike_app', 'default_transaction_isolation', 'read committed')
) as w (role, setting, value)
where
    -- Postgres 16 does not limit a transaction.
    exists (select from pg_settings as known where known.name = w.setting)
    and not exists (
        select
        from pg_db_role_setting as s
        cross join unnest(s.setconfig) as kept
        where
            s.setrole = to_regrole(w.role)
            and s.setdatabase in (
                0, (select d.oid from pg_database as d where d.datname = current_database())
            )
            and split_part(kept, '=', 1) = w.setting
    )
union all
select format('alter role %I connection limit 20', r.rolname)
from pg_roles as r
where r.rolname = 'alsolike_analyst' and r.rolconnlimit = -1
order by statement
