"""The options of a model say how much the current visit counts: a column more."""

from alsolike.revision_steps import run_sql

revision = "0045"
down_revision = "0040"


def upgrade() -> None:
    """Drop the function, whose columns change; `migrate` makes it anew."""
    run_sql("drop function if exists recs.serving_options(jsonb)")


def downgrade() -> None:
    """Drop the function, whose columns change; `migrate` of the older version makes it anew."""
    run_sql("drop function if exists recs.serving_options(jsonb)")
