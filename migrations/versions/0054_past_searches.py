"""What somebody searched for last, in the sessions of those who agreed."""

from alsolike.revision_steps import run_sql

revision = "0054"
down_revision = "0047"


def upgrade() -> None:
    """Say that a session may hold searches."""
    run_sql(
        """
        comment on column ops.sessions.data is
            'What the session holds: who is signed in, or the random id of a visitor who agreed '
            'to personalisation; what they searched for last, if they agreed; a visitor''s basket; '
            'and what they hid.';
        """
    )


def downgrade() -> None:
    """Take them out of the sessions."""
    run_sql(
        """
        update ops.sessions set data = data - 'searches' where data ? 'searches';
        comment on column ops.sessions.data is
            'What the session holds: who is signed in, or the random id of a visitor who agreed '
            'to personalisation; a visitor''s basket; and what they hid.';
        """
    )
