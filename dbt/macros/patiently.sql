{#-
    Run a statement that locks a relation, such as a rename or a drop, without blocking its readers:
    new readers queue behind a statement that waits for its lock. So the statement waits for at most
    `swap_lock_timeout_ms`, pauses for a second and tries again, for `swap_patience_seconds` in all.
    Then it fails and names the transaction that reads the relation. Only this statement is retried;
    the transaction keeps what it has built.
    statement: text; relation: the one that it locks.
-#}
{%- macro patiently(statement, relation) -%}
do $patiently$
declare
    give_up_at constant timestamptz
        := clock_timestamp() + interval '{{ var("swap_patience_seconds") }} seconds';
    kept_timeout constant text := current_setting('lock_timeout');
    wanted constant oid := to_regclass($name${{ relation.render() }}$name$);
    readers text;
begin
    loop
        begin
            perform set_config('lock_timeout', '{{ var("swap_lock_timeout_ms") }}ms', true);
            execute $statement${{ statement }}$statement$;
            perform set_config('lock_timeout', kept_timeout, true);
            exit;
        exception when lock_not_available then
            if clock_timestamp() > give_up_at then
                select string_agg(
                    format(
                        '%s (%s, in a transaction since %s)',
                        l.pid, a.usename, coalesce(to_char(a.xact_start, 'HH24:MI:SS'), '?')
                    ),
                    ', '
                )
                into readers
                from (
                    select distinct h.pid
                    from pg_locks as h
                    where
                        h.relation = wanted
                        and h.granted
                        and h.database = (
                            select d.oid from pg_database as d where d.datname = current_database()
                        )
                        and h.pid <> pg_backend_pid()
                ) as l
                left join pg_stat_activity as a on l.pid = a.pid;
                raise lock_not_available using message = format(
                    '%s is in use by session %s: end it, or its transaction, and transform again',
                    wanted::regclass, coalesce(readers, 'unknown')
                );
            end if;
        end;
        perform pg_sleep(1);
    end loop;
end
$patiently$
{%- endmacro -%}
