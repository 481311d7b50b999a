"""The light copy of each encoder that the site turns queries into vectors with.

It is kept in the database, so that every web host has it without further set-up.
"""

from alsolike.revision_steps import run_sql

revision = "0007"
down_revision = "0006"
deletes = {"recs.query_encoders": "true", "recs.query_encoder_files": "true"}


def upgrade() -> None:
    """Create the tables."""
    run_sql(
        """
        create table recs.query_encoders (
            encoder_id integer primary key references recs.encoders on delete cascade,
            recipe text not null,
            fingerprint text,
            prefix text not null default '',
            agreement real check (agreement between -1 and 1),
            least_similarity real check (least_similarity between -1 and 1),
            failure text,
            made_at timestamptz not null default now(),
            check (
                (failure is null) = (fingerprint is not null)
                and (failure is null) = (agreement is not null)
                and (failure is null) = (least_similarity is not null)
            )
        );
        comment on table recs.query_encoders is
            'One row per encoder: its light copy for queries, or why there is none. recipe says '
            'how it is made, fingerprint identifies its files, prefix stands before every query; '
            'agreement is the mean cosine to the vectors of the encoder itself, least_similarity '
            'what noise reaches against the catalogue: less than that finds nothing.';

        create table recs.query_encoder_files (
            encoder_id integer not null references recs.query_encoders on delete cascade,
            name text not null,
            position integer not null check (position >= 0),
            content bytea not null,
            primary key (encoder_id, name, position)
        );
        -- Weights do not shrink: trying to would only take time.
        alter table recs.query_encoder_files alter column content set storage external;
        comment on table recs.query_encoder_files is
            'One row per piece of a file of a query encoder, in order.';

        grant select on recs.query_encoders, recs.query_encoder_files
            to alsolike_app, alsolike_analyst;
        """
    )


def downgrade() -> None:
    """Drop the tables."""
    run_sql("drop table recs.query_encoder_files, recs.query_encoders;")
