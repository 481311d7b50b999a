-- Lift the limits that the server, the database or the role sets for statements: those of a command
-- take as long as they take. Each statement sees what was committed before it, whatever is set:
-- a command that waits for another one would not see what that did. It changes nothing where the session would not be the command's own.
-- told_pid: number of the server's process, as the connection was told when it was made.
-- is_kept: whether a pooler in between keeps the server's session for this client.
-- A row: the number of the server's process, and whether the session is the command's own.
select
    s.pid,
    s.is_own,
    case when s.is_own then set_config('statement_timeout', '0', false) end as statement_timeout,
    case when s.is_own then set_config('lock_timeout', '0', false) end as lock_timeout,
    case
        when s.is_own then set_config('idle_in_transaction_session_timeout', '0', false)
    end as idle_timeout,
    -- Postgres 16 has none.
    case
        when s.is_own and current_setting('transaction_timeout', true) is not null
            then set_config('transaction_timeout', '0', false)
    end as transaction_timeout,
    case
        when s.is_own then set_config('default_transaction_isolation', 'read committed', false)
    end as isolation
from (
    select
        pg_backend_pid() as pid,
        pg_backend_pid() = %(told_pid)s or %(is_kept)s as is_own
) as s
