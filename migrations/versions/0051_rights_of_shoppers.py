"""Shoppers delete their reviews on the site, erase themselves, and read the receipt."""

from alsolike.revision_steps import run_sql

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    """Let the app delete reviews and read receipts, which name nobody."""
    run_sql(
        """
        grant delete on raw.reviews to alsolike_app;
        grant select on ops.erasures to alsolike_app;
        comment on column ops.erasures.source is
            'Who asked: command, site, which is the shopper, api, webhook; or sweep, which erases '
            'who came back by a restore.';
        """
    )


def downgrade() -> None:
    """Take the grants back."""
    run_sql(
        """
        revoke delete on raw.reviews from alsolike_app;
        revoke select on ops.erasures from alsolike_app;
        comment on column ops.erasures.source is
            'Who asked: command, api, webhook; or sweep, which erases who came back by a restore.';
        """
    )
