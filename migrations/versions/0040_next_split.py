"""An evaluation may ask about every next action: the comments say so."""

from alsolike.revision_steps import run_sql

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    """Describe the columns anew."""
    run_sql(
        """
        comment on column recs.evaluations.split is
            'How the history was cut: time, next or leave-one-out.';
        comment on column recs.evaluations.cutoff is
            'What happened before was learned from; null: each shopper has a moment of their own.';
        """
    )


def downgrade() -> None:
    """Describe them as before."""
    run_sql(
        """
        comment on column recs.evaluations.split is
            'How the history was cut: time or leave-one-out.';
        comment on column recs.evaluations.cutoff is
            'What happened before was known; null: each shopper has a moment of their own.';
        """
    )
