-- How the shop's database is read: one way to write times, and limits, so that the shop does not
-- wait for us. Runs first in the transaction, because a pooler may ignore what a connection asks
-- for.
-- timeout: of one statement, text such as 300s.
-- A row: none of interest.
select
    set_config('timezone', 'UTC', true),
    set_config('datestyle', 'ISO, YMD', true),
    set_config('intervalstyle', 'postgres', true),
    set_config('extra_float_digits', '1', true),
    set_config('statement_timeout', %(timeout)s, true),
    set_config('lock_timeout', '5s', true),
    -- While rows are stored, the source waits.
    set_config('idle_in_transaction_session_timeout', '1h', true),
    set_config('jit', 'off', true)
