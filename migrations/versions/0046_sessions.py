"""Sessions of the site's visitors, so that whoever signs out is signed out everywhere."""

from alsolike.revision_steps import run_sql

revision = "0046"
down_revision = "0045"
# Without its row a session is over.
deletes = {"ops.sessions": "true"}


def upgrade() -> None:
    """Make the table of sessions."""
    run_sql(
        """
        create table ops.sessions (
            session_hash bytea primary key check (octet_length(session_hash) = 32),
            data jsonb not null check (jsonb_typeof(data) = 'object'),
            shopper_id text generated always as (data ->> 'shopper_id') stored,
            created_at timestamptz not null default now(),
            expires_at timestamptz not null
        );
        comment on table ops.sessions is
            'One row per session of a visitor of the site that holds something.';
        comment on column ops.sessions.session_hash is
            'SHA-256 of the id in the visitor''s cookie; the id itself is kept nowhere.';
        comment on column ops.sessions.data is
            'What the session holds: who is signed in, or the random id of a visitor who agreed '
            'to personalisation; a visitor''s basket; and what they hid.';
        comment on column ops.sessions.shopper_id is 'Who is signed in, of data; null: nobody.';
        comment on column ops.sessions.created_at is
            'When the session began, or got this id: one that signs in gets another.';
        comment on column ops.sessions.expires_at is 'From when on it is refused.';

        create index on ops.sessions (expires_at);
        create index on ops.sessions (shopper_id) where shopper_id is not null;

        grant select, insert, update, delete on ops.sessions to alsolike_app;
        """
    )


def downgrade() -> None:
    """Drop the table."""
    run_sql("drop table ops.sessions")
