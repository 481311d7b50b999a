-- Limit the time of the statements that follow in the same transaction.
-- milliseconds: of each.
select set_config('statement_timeout', %(milliseconds)s::text, true)
