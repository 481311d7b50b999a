"""What shoppers want more of, and less of."""

from alsolike.revision_steps import run_sql

revision = "0053"
down_revision = "0052"
deletes = {"recs.preferences": "true"}

_HIDES = "('recs.hides', 'hidden_at', false),"
_BOTH = f"{_HIDES} ('recs.preferences', 'stated_at', false),"


def upgrade() -> None:
    """Make the table; what was said of a former product stays with that."""
    run_sql(
        """
        create table recs.preferences (
            product_id text not null references raw.products on delete cascade,
            shopper_id text references raw.shoppers on delete cascade,
            session_id text,
            direction smallint not null check (direction in (-1, 1)),
            stated_at timestamptz not null default now(),
            check ((shopper_id is null) <> (session_id is null))
        );
        comment on table recs.preferences is
            'One row per product that a shopper who consents, or an anonymous session, wants more '
            'or less like. Personal data.';
        comment on column recs.preferences.product_id is 'Which product they pointed at.';
        comment on column recs.preferences.shopper_id is 'Who did; null: a session.';
        comment on column recs.preferences.session_id is 'Anonymous visitor; null: a shopper.';
        comment on column recs.preferences.direction is '1: more like it; -1: less like it.';
        comment on column recs.preferences.stated_at is 'When they said so last.';

        create unique index preferences_of_person
            on recs.preferences (shopper_id, session_id, product_id) nulls not distinct;

        grant select, insert, update (direction, stated_at), delete
            on recs.preferences to alsolike_app;
        """
    )
    _replace(_HIDES, _BOTH)


def downgrade() -> None:
    """Drop the table."""
    _replace(_BOTH, _HIDES)
    run_sql("drop table recs.preferences")


def _replace(old: str, new: str) -> None:
    run_sql(
        f"""
        do $migration$
        begin
            execute replace(
                pg_get_functiondef('raw.keep_former_products()'::regprocedure),
                $old${old}$old$,
                $new${new}$new$
            );
        end;
        $migration$;
        """
    )
