"""Accounts of shoppers on the site, the links that are mailed for them, and attempts to sign in."""

from alsolike.revision_steps import run_sql

revision = "0048"
down_revision = "0047"
# Without its row an account is gone, and its link opens nothing.
deletes = {
    "ops.accounts": "true",
    "ops.account_links": "true",
    # Counts of attempts, which are over soon.
    "ops.account_attempts": "false",
}


def upgrade() -> None:
    """Make the tables."""
    run_sql(
        """
        create table ops.accounts (
            shopper_id text primary key references raw.shoppers on delete cascade,
            email text not null unique check (email <> ''),
            password_hash text,
            created_at timestamptz not null default now(),
            verified_at timestamptz not null default now()
        );
        comment on table ops.accounts is
            'One row per shopper with an account on the site, whose e-mail address was confirmed.';
        comment on column ops.accounts.shopper_id is 'Whose it is.';
        comment on column ops.accounts.email is
            'The e-mail address, as alsolike.privacy.hashes.folded_email writes it.';
        comment on column ops.accounts.password_hash is
            'Argon2id, with its salt and parameters; null: nobody signs in with a password.';
        comment on column ops.accounts.created_at is 'When the account was made.';
        comment on column ops.accounts.verified_at is
            'When a link that was mailed to the address was last used.';

        create table ops.account_links (
            token_hash bytea primary key check (octet_length(token_hash) = 32),
            purpose text not null check (purpose in ('sign-up', 'claim', 'reset')),
            shopper_id text not null,
            email text not null,
            display_name text,
            password_hash text,
            created_at timestamptz not null default now(),
            expires_at timestamptz not null
        );
        comment on table ops.account_links is
            'One row per link that was mailed and not used yet: each is good once.';
        comment on column ops.account_links.token_hash is
            'SHA-256 of the token in the link; the token itself is kept nowhere.';
        comment on column ops.account_links.purpose is
            'sign-up: confirms the address of a new account; claim: makes the account of a shopper '
            'that the shop knows; reset: gives an account another password.';
        comment on column ops.account_links.shopper_id is
            'Whose the account is, or will be; of a new shopper the id that they will have.';
        comment on column ops.account_links.email is 'The address that it was mailed to.';
        comment on column ops.account_links.display_name is
            'What a new shopper is called; null: not told.';
        comment on column ops.account_links.password_hash is
            'Of a sign-up: the password that was chosen.';
        comment on column ops.account_links.created_at is 'When it was made.';
        comment on column ops.account_links.expires_at is 'From when on it opens nothing.';

        create index on ops.account_links (shopper_id);
        create index on ops.account_links (email);
        create index on ops.account_links (expires_at);

        create table ops.account_attempts (
            key_hash bytea primary key check (octet_length(key_hash) = 32),
            free_at timestamptz not null
        );
        comment on table ops.account_attempts is
            'One row per address or account that somebody tried to sign in from or to, or had mail '
            'sent to: the count by the generic cell rate algorithm.';
        comment on column ops.account_attempts.key_hash is
            'Keyed hash of what is counted; it says neither who nor whose.';
        comment on column ops.account_attempts.free_at is
            'When all attempts are paid off; the row says nothing after it.';

        create index on ops.account_attempts (free_at);

        grant select, insert, update on ops.accounts to alsolike_app;
        grant select, insert, delete on ops.account_links to alsolike_app;
        grant select, insert, update, delete on ops.account_attempts to alsolike_app;
        """
    )


def downgrade() -> None:
    """Drop the tables."""
    run_sql("drop table ops.account_attempts, ops.account_links, ops.accounts")
