"""Analysts read nothing of single shoppers, and nobody can take the locks of alsolike's own work.

Who may execute which function is not said here but in migrations/rights, which every migrate
applies, as it does the functions themselves.
"""

from alsolike.revision_steps import run_sql

revision = "0013"
down_revision = "0012"
# Names of locks, no data.
deletes = {"ops.locks": "false"}


def upgrade() -> None:
    """Make the table of locks; narrow what analysts read to columns without personal data."""
    run_sql(
        """
        create table ops.locks (
            name text primary key,
            seed bigint not null
                default ('x' || left(md5(gen_random_uuid()::text), 16))::bit(64)::bigint
        );
        comment on table ops.locks is
            'One row per piece of work that one process does at a time: it holds the row''s lock. '
            'Nobody but the owner may, unlike an advisory lock, which every role can take.';
        comment on column ops.locks.seed is
            'What makes advisory locks of single texts hard to guess; of the name documents.';
        insert into ops.locks (name) values ('documents');

        revoke select on recs.models, recs.embeddings, ops.runs, ops.embedding_failures
            from alsolike_analyst;
        -- Without data, which has hashes of single events.
        grant select (
            model_id, name, kind, encoder_id, dimension, parameters, created_at, purpose, seed,
            serving, learned
        ) on recs.models to alsolike_analyst;
        -- Without arguments and error, which may quote a row, and counts, which name files.
        grant select (run_id, command, started_at, finished_at, is_success)
            on ops.runs to alsolike_analyst;
        -- Without reason, which may quote a text.
        grant select (encoder_id, product_id, part, attempts, failed_at, retry_at)
            on ops.embedding_failures to alsolike_analyst;

        do $$
        begin
            -- Reviews are in it. dbt grants it to nobody from its next run on.
            if to_regclass('marts.product_documents') is not null then
                revoke select on marts.product_documents from alsolike_app, alsolike_analyst;
            end if;
        end
        $$;
        """
    )


def downgrade() -> None:
    """Give back what was taken, with Postgres's own defaults for everybody."""
    run_sql(
        """
        drop table ops.locks;
        revoke select (
            model_id, name, kind, encoder_id, dimension, parameters, created_at, purpose, seed,
            serving, learned
        ) on recs.models from alsolike_analyst;
        revoke select (run_id, command, started_at, finished_at, is_success)
            on ops.runs from alsolike_analyst;
        revoke select (encoder_id, product_id, part, attempts, failed_at, retry_at)
            on ops.embedding_failures from alsolike_analyst;
        grant select on recs.models, recs.embeddings, ops.runs, ops.embedding_failures
            to alsolike_analyst;

        do $$
        declare
            found regprocedure;
        begin
            for found in
                select p.oid
                from pg_proc as p
                where
                    p.pronamespace in ('recs'::regnamespace, 'ops'::regnamespace)
                    and p.prokind = 'f'
                    and pg_has_role(current_user, p.proowner, 'usage')
            loop
                execute format('grant execute on function %s to public', found);
            end loop;
            if to_regclass('marts.product_documents') is not null then
                grant select on marts.product_documents to alsolike_app, alsolike_analyst;
            end if;

            -- What migrations/rights took from everybody, as Postgres comes with it.
            if pg_has_role(
                current_user,
                (select d.datdba from pg_database as d where d.datname = current_database()),
                'usage'
            ) then
                execute format('grant temporary on database %I to public', current_database());
            end if;
            if (select r.rolsuper from pg_roles as r where r.rolname = current_user) then
                for found in
                    select p.oid
                    from pg_proc as p
                    where
                        p.pronamespace = 'pg_catalog'::regnamespace
                        and p.proname ~ '^(pg_(try_)?advisory_|lo_|lowrite$)'
                        and p.proname not in ('lo_import', 'lo_export')
                loop
                    execute format('grant execute on function %s to public', found);
                end loop;
            end if;
        end
        $$;
        """
    )
