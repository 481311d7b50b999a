"""The ops schema: runs, failures, snapshots, and the task queue's own tables."""

from procrastinate.schema import SchemaManager

from alsolike.revision_steps import leave_schema, run_sql

revision = "0004"
down_revision = "0003"
deletes = {
    f"ops.{table}": "true"
    for table in (
        "runs",
        "embedding_failures",
        "snapshots",
        "procrastinate_workers",
        "procrastinate_jobs",
        "procrastinate_periodic_defers",
        "procrastinate_events",
    )
}


def upgrade() -> None:
    """Create the tables; the queue's are procrastinate's, as its package ships them."""
    run_sql(
        """
        create schema if not exists ops;
        comment on schema ops is 'Runs, failures, snapshots and the task queue.';

        create table ops.runs (
            run_id bigint generated always as identity primary key,
            command text not null,
            arguments jsonb not null default '{}',
            started_at timestamptz not null default now(),
            finished_at timestamptz,
            is_success boolean,
            counts jsonb not null default '{}',
            error text
        );
        comment on table ops.runs is
            'One row per run of a command that changes data; is_success is null while it runs.';

        create table ops.embedding_failures (
            encoder_id integer not null references recs.encoders on delete cascade,
            product_id text not null references raw.products on delete cascade,
            part text not null check (part in ('name', 'details', 'actions')),
            content_hash text not null,
            reason text not null,
            attempts integer not null default 1 check (attempts > 0),
            failed_at timestamptz not null default now(),
            retry_at timestamptz not null,
            primary key (encoder_id, product_id, part)
        );
        comment on table ops.embedding_failures is
            'One row per part that could not be embedded, why, and when it is tried again.';

        create table ops.snapshots (
            snapshot_id text primary key,
            model_id integer references recs.models on delete set null,
            location text not null,
            row_count bigint not null check (row_count >= 0),
            manifest jsonb not null,
            created_at timestamptz not null default now()
        );
        comment on table ops.snapshots is 'One row per snapshot that was exported whole.';

        grant usage on schema ops to alsolike_app, alsolike_analyst;
        grant select on ops.runs, ops.embedding_failures, ops.snapshots to alsolike_analyst;
        grant select on ops.snapshots to alsolike_app;

        set local search_path = ops;
        """
    )
    run_sql(SchemaManager.get_schema())
    run_sql("set local search_path = default;")


def downgrade() -> None:
    """Drop the tables with their rows, and the queue's functions and types."""
    run_sql(
        """
        drop table ops.runs, ops.embedding_failures, ops.snapshots;

        -- The triggers need the functions, and the functions the rows of the tables.
        do $$
        declare
            found record;
        begin
            for found in
                select t.tgname as name, t.tgrelid::regclass as of_table
                from pg_trigger as t
                inner join pg_class as c on t.tgrelid = c.oid
                where
                    c.relnamespace = 'ops'::regnamespace
                    and t.tgname ^@ 'procrastinate_'
                    and not t.tgisinternal
            loop
                execute format('drop trigger %I on %s', found.name, found.of_table);
            end loop;
            for found in
                select p.oid::regprocedure as name
                from pg_proc as p
                where p.pronamespace = 'ops'::regnamespace and p.proname ^@ 'procrastinate_'
            loop
                execute format('drop routine %s', found.name);
            end loop;
        end
        $$;
        drop table ops.procrastinate_events, ops.procrastinate_periodic_defers,
            ops.procrastinate_jobs, ops.procrastinate_workers;
        drop type ops.procrastinate_job_to_defer_v1, ops.procrastinate_job_event_type,
            ops.procrastinate_job_status;
        """
    )
    # The table of the revision is in it: the migration drops both after the last step.
    leave_schema("ops")
