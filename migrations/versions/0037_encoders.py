"""An encoder is its weights with prompts, pooling and dimension, and one may follow another.

The encoders of before had no prompt for documents. Their prompt for queries is that of their light
copy; where there is none, no query was encoded with it.
"""

from alsolike.revision_steps import run_sql

revision = "0037"
down_revision = "0036"
deletes = {"recs.encoder_switches": "true"}


def upgrade() -> None:
    """Add the columns, and the table of switches."""
    run_sql(
        """
        alter table recs.encoders
            drop constraint encoders_name_sha256_key,
            add column revision text not null default '',
            add column document_prompt text not null default '',
            add column query_prompt text not null default '',
            add column pooling text;
        update recs.encoders as e
        set query_prompt = q.prefix
        from recs.query_encoders as q
        where e.encoder_id = q.encoder_id;
        alter table recs.encoders
            add constraint encoders_identity_key unique nulls not distinct (
                name, sha256, document_prompt, query_prompt, pooling, dimension
            );

        comment on table recs.encoders is
            'One row per text encoder that made vectors: its weights with their prompts, pooling '
            'and dimension. Another prompt makes another encoder.';
        comment on column recs.encoders.revision is
            'Commit of a model that came from the hub; empty for others.';
        comment on column recs.encoders.document_prompt is
            'Put before the texts of products; empty: nothing.';
        comment on column recs.encoders.query_prompt is
            'Put before queries; empty: nothing.';
        comment on column recs.encoders.pooling is
            'What follows the transformer, in order, such as "mean, normalize"; null until the '
            'encoder is used again, if it was registered before this was kept. Vectors are made '
            'to have unit length in any case.';
        comment on column recs.encoders.dimension is
            'Length of its vectors; the first numbers of longer ones where it is truncated.';

        create table recs.encoder_switches (
            encoder_id integer primary key references recs.encoders on delete cascade,
            previous_encoder_id integer not null references recs.encoders on delete cascade,
            started_at timestamptz not null default now(),
            switched_at timestamptz,
            check (encoder_id <> previous_encoder_id)
        );
        comment on table recs.encoder_switches is
            'One row per encoder that follows another. The worker keeps the vectors of both up to '
            'date, until one of them is dropped.';
        comment on column recs.encoder_switches.encoder_id is 'The new encoder.';
        comment on column recs.encoder_switches.previous_encoder_id is
            'The encoder that served when the switch began.';
        comment on column recs.encoder_switches.started_at is 'When the switch began.';
        comment on column recs.encoder_switches.switched_at is
            'When a model of the new encoder was let serve; null until then.';
        """
    )


def downgrade() -> None:
    """Forget what makes encoders of the same weights different; later ones get other names."""
    run_sql(
        """
        drop table recs.encoder_switches;
        update recs.encoders as e
        set name = e.name || ' (' || e.encoder_id || ')'
        where exists (
            select from recs.encoders as earlier
            where
                earlier.name = e.name
                and earlier.sha256 = e.sha256
                and earlier.encoder_id < e.encoder_id
        );
        alter table recs.encoders
            drop column revision,
            drop column document_prompt,
            drop column query_prompt,
            drop column pooling,
            add unique (name, sha256);
        comment on table recs.encoders is
            'One row per text encoder that made vectors; sha256 is of its weights.';
        comment on column recs.encoders.dimension is 'Length of its vectors.';
        """
    )
