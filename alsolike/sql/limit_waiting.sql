-- Say how long the statements of a transaction may wait for a lock, and how long they may take.
-- lock_timeout, statement_timeout: text such as 60s; 0: without limit.
select
    set_config('lock_timeout', %(lock_timeout)s, true),
    set_config('statement_timeout', %(statement_timeout)s, true)
