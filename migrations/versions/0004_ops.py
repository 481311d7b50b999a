"""The ops schema: runs, failures, snapshots, and the task queue's own tables."""

from procrastinate.schema import SchemaManager

from alsolike.migrate import run_sql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the tables; the queue's are procrastinate's, as its package ships them."""
    run_sql(
        """
        create schema ops;
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
    """Drop the schema with all it holds."""
    run_sql("drop schema ops cascade;")
