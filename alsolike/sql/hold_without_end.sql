-- Let a transaction stay open for as long as the work takes, whatever the server's limits are.
select
    set_config('idle_in_transaction_session_timeout', '0', true),
    -- Postgres 16 has no such limit.
    (
        select set_config(s.name, '0', true)
        from pg_settings as s
        where s.name = 'transaction_timeout'
    )
