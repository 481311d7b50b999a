"""Which columns of the shop's views were pulled, so that one that is gone is noticed."""

from alsolike.revision_steps import run_sql

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """Add the column; what was pulled before is not known."""
    run_sql(
        """
        alter table ops.pulls add column columns text[] not null default '{}';
        comment on column ops.pulls.columns is
            'The columns of the input that any pull of it had.';
        """
    )


def downgrade() -> None:
    """Drop the column."""
    run_sql("alter table ops.pulls drop column columns;")
