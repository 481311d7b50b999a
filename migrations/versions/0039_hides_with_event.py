"""A hide keeps the id of its event, by which it is known where it is sent again."""

from alsolike.revision_steps import run_sql

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    """Add the column."""
    run_sql(
        """
        alter table recs.hides add column event_id text;
        comment on column recs.hides.event_id is
            'The shop''s own id of the event; null: it was recorded before this was kept.';
        """
    )


def downgrade() -> None:
    """Take the column away."""
    run_sql("alter table recs.hides drop column event_id;")
