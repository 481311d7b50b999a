"""What somebody searched for last, in sessions; misspelled stems of the catalogue's words."""

from alsolike.revision_steps import run_sql

revision = "0054"
down_revision = "0053"


def upgrade() -> None:
    """Say that a session may hold searches; let the next transform write the words anew."""
    run_sql(
        """
        update recs.search_limits set product_count = -1;

        comment on column ops.sessions.data is
            'What the session holds: who is signed in, or the random id of a visitor who agreed '
            'to personalisation; what they searched for last, if they agreed; a visitor''s basket; '
            'and what they hid.';
        comment on table recs.search_misspellings is
            'One row per word, or stem of it, and letter left out of that, and one for itself. Two '
            'words that differ by one letter, or by two neighbours that change places, have '
            'letters in common.';
        comment on column recs.search_misspellings.letters is 'What is left of the word or stem.';
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
        comment on table recs.search_misspellings is
            'One row per word and letter left out of it, and one for the word itself. Two words '
            'that differ by one letter, or by two neighbours that change places, have letters in '
            'common.';
        comment on column recs.search_misspellings.letters is 'What is left of the word.';
        """
    )
