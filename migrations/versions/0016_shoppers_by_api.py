"""The API makes shoppers: who buys or decides about their consent between two loads."""

from alsolike.revision_steps import run_alone, run_sql

revision = "0016"
down_revision = "0014"


def upgrade() -> None:
    """Let the app insert shoppers, and find the runs that brought data without reading them all."""
    # For ops.is_demo_shop: the log grows by a few rows every five minutes.
    run_alone(
        "create index concurrently if not exists runs_that_bring_data on ops.runs (command) "
        "where command in ('demo', 'load')"
    )
    run_sql("grant insert on raw.shoppers to alsolike_app;")


def downgrade() -> None:
    """Take the grant and the index back."""
    run_sql(
        """
        drop index ops.runs_that_bring_data;
        revoke insert on raw.shoppers from alsolike_app;
        """
    )
