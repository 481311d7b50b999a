-- The time limits that the server, the database or the role sets for the user's sessions.
-- No parameters. A row: one limit that is set, its name and its milliseconds.
select
    s.name,
    s.reset_val as milliseconds
from pg_settings as s
where
    s.name in (
        'statement_timeout', 'transaction_timeout', 'lock_timeout',
        'idle_in_transaction_session_timeout'
    )
    and s.reset_val <> '0'
order by s.name
