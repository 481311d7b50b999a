-- Let a transaction stay open for as long as the work takes, whatever the server's limits are.
select
    set_config('idle_in_transaction_session_timeout', '0', true),
    set_config('transaction_timeout', '0', true)
