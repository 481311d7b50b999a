"""Tokens of shoppers' browsers are good once, whichever process they are sent to."""

from alsolike.revision_steps import run_sql

revision = "0035"
down_revision = "0034"
# A token without its row is known by no other, and none is good for more than a minute.
deletes = {"ops.spent_tokens": "false"}


def upgrade() -> None:
    """Make the table of spent tokens."""
    run_sql(
        """
        create table ops.spent_tokens (
            token_hash bytea primary key check (octet_length(token_hash) = 32),
            expires_at timestamptz not null
        );
        comment on table ops.spent_tokens is
            'One row per token of a shopper that was used, until it could not be used anyway. '
            'It does not say whose it was.';
        comment on column ops.spent_tokens.token_hash is
            'HMAC-SHA-256 of the token''s jti with the key of ALSOLIKE_ERASURE_KEY.';
        comment on column ops.spent_tokens.expires_at is
            'exp of the token: from then on it is refused without this row.';

        create index on ops.spent_tokens (expires_at);

        grant insert on ops.spent_tokens to alsolike_app;
        """
    )


def downgrade() -> None:
    """Drop the table."""
    run_sql("drop table ops.spent_tokens")
