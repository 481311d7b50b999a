"""Erased shoppers: a list that keeps them out, and a receipt of each erasure.

Both hold no ids. The list has keyed hashes, which only a process with the key can compare with an
id; a receipt has counts.
"""

from alsolike.revision_steps import run_sql

revision = "0031"
down_revision = "0030"
deletes = {
    f"{table}": "true"
    for table in ("raw.erased_shoppers", "raw.readmitted_shoppers", "ops.erasures")
}


def upgrade() -> None:
    """Make the tables; rejected rows are found by their shopper's hash; models lose old samples."""
    run_sql(
        """
        create table raw.erased_shoppers (
            shopper_hash bytea primary key,
            erased_at timestamptz not null default now(),
            key_id text not null
        );
        comment on table raw.erased_shoppers is
            'One row per shopper who was erased and must not come back by a load or an event. '
            'Pseudonymous: without the key nobody can tell who it is.';
        comment on column raw.erased_shoppers.shopper_hash is
            'HMAC-SHA-256 of the shopper''s id with the key of ALSOLIKE_ERASURE_KEY.';
        comment on column raw.erased_shoppers.erased_at is 'When the shopper was last erased.';
        comment on column raw.erased_shoppers.key_id is
            'Which key made the hash: a key that differs from it finds nobody.';

        create table raw.readmitted_shoppers (
            shopper_hash bytea primary key,
            readmitted_at timestamptz not null default now(),
            key_id text not null
        );
        comment on table raw.readmitted_shoppers is
            'One row per shopper whom the shop took off the list of erased ones. It tells a copy '
            'of the list from before that they are on it no more.';
        comment on column raw.readmitted_shoppers.shopper_hash is
            'As in raw.erased_shoppers.';
        comment on column raw.readmitted_shoppers.readmitted_at is
            'When the shop made a new shopper of the id.';
        comment on column raw.readmitted_shoppers.key_id is
            'As in raw.erased_shoppers.';

        create table ops.erasures (
            erasure_id uuid primary key default gen_random_uuid(),
            erased_at timestamptz not null,
            erased_before timestamptz,
            source text not null check (source <> ''),
            counts jsonb not null default '{}',
            waits_for text [] not null default '{}',
            transformed_at timestamptz,
            embedded_at timestamptz,
            trained_at timestamptz,
            exported_at timestamptz,
            completed_at timestamptz
        );
        comment on table ops.erasures is
            'One row per erasure of a shopper: the receipt. It does not say who it was.';
        comment on column ops.erasures.erasure_id is 'Number of the receipt.';
        comment on column ops.erasures.erased_at is 'When the rows were deleted.';
        comment on column ops.erasures.erased_before is
            'When the shopper had been erased before; null: never.';
        comment on column ops.erasures.source is
            'Who asked: command, api, webhook; or sweep, which erases who came back by a restore.';
        comment on column ops.erasures.counts is
            'Rows that were deleted or cleaned, by table; tables without one are left out.';
        comment on column ops.erasures.waits_for is
            'What was computed with the shopper''s rows and is to be computed without them: '
            'transform, embed, train, export.';
        comment on column ops.erasures.transformed_at is
            'When the marts had been built without them.';
        comment on column ops.erasures.embedded_at is
            'When the vectors had been computed without them.';
        comment on column ops.erasures.trained_at is
            'When no trained model served any more that had learned from them.';
        comment on column ops.erasures.exported_at is
            'When a snapshot had been written without them.';
        comment on column ops.erasures.completed_at is 'When nothing waited any more.';

        alter table raw.rejected_rows add column shopper_hash bytea;
        comment on column raw.rejected_rows.shopper_hash is
            'Keyed hash of the shopper whom the row names, by which an erasure finds it.';

        -- Hashes of single events that anybody could compute who guesses the event.
        update recs.models set data = data - 'sample' where data ? 'sample';

        grant select on raw.erased_shoppers to alsolike_app;
        """
    )


def downgrade() -> None:
    """Drop the tables and the column."""
    run_sql(
        """
        alter table raw.rejected_rows drop column shopper_hash;
        drop table ops.erasures, raw.readmitted_shoppers, raw.erased_shoppers;
        """
    )
