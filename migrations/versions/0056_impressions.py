"""What lists showed, what of it was seen and clicked on."""

from alsolike.revision_steps import drop_built, run_sql

revision = "0056"
down_revision = "0054"
deletes = {"recs.impressions": "true", "recs.impression_counts": "true"}


def upgrade() -> None:
    """Make the tables; a month of impressions is a partition."""
    run_sql(
        """
        create table recs.impressions (
            impression_id uuid not null,
            served_at timestamptz not null,
            answer_id uuid not null,
            position smallint not null check (position between 1 and 255),
            is_bot boolean not null default false,
            score real,
            seen_at timestamptz,
            clicked_at timestamptz,
            product_id text not null,
            page_product_id text,
            shopper_id text references raw.shoppers on delete cascade,
            session_id text,
            place text not null check (place <> ''),
            model text,
            tier text not null,
            reason_kind text,
            primary key (impression_id, served_at),
            check (shopper_id is not null or session_id is not null)
        ) partition by range (served_at);
        comment on table recs.impressions is
            'One row per product that an answer showed to a shopper or an anonymous visitor who '
            'agreed to measurement; a partition per month. Of others recs.impression_counts '
            'counts. Personal data.';
        comment on column recs.impressions.impression_id is
            'That of the answer, with the position in its last byte. Links and events carry it.';
        comment on column recs.impressions.served_at is
            'When the answer was made; the first 48 bits of the id, in milliseconds.';
        comment on column recs.impressions.answer_id is
            'All rows of one list of one answer have the same: a UUID of version 7.';
        comment on column recs.impressions.position is 'Place in the list, from 1, over its pages.';
        comment on column recs.impressions.is_bot is
            'Whether the browser called itself by a name of crawlers; such rows count nowhere.';
        comment on column recs.impressions.score is
            'As the list gave it; null for what only filled up.';
        comment on column recs.impressions.seen_at is
            'When half of the card had been on the screen for a second, or it was clicked on; '
            'null: it was not, or the browser runs no scripts.';
        comment on column recs.impressions.clicked_at is
            'When it was first clicked on; null: never.';
        comment on column recs.impressions.product_id is 'What was shown.';
        comment on column recs.impressions.page_product_id is
            'The product that the page was about; null: none.';
        comment on column recs.impressions.shopper_id is
            'To whom; null: to an anonymous visitor who did not sign in.';
        comment on column recs.impressions.session_id is
            'Anonymous visitor who agreed to measurement, also if they signed in later; null: it '
            'was a shopper.';
        comment on column recs.impressions.place is
            'Where the list stood, such as home, or what a caller of the API calls it.';
        comment on column recs.impressions.model is 'The model that made the list; null: none did.';
        comment on column recs.impressions.tier is 'The step of the ladder that answered.';
        comment on column recs.impressions.reason_kind is
            'Why it was there, as the list said; null: it did not say.';

        create index impressions_of_shopper
            on recs.impressions (shopper_id, served_at) where shopper_id is not null;
        create index impressions_of_session
            on recs.impressions (session_id) where session_id is not null;

        -- The last click before a purchase.
        create index impressions_clicked
            on recs.impressions (shopper_id, product_id, clicked_at) where clicked_at is not null;

        create table recs.impression_counts (
            day date not null,
            place text not null check (place <> ''),
            model text,
            tier text not null,
            position smallint not null check (position between 1 and 255),
            product_id text not null,
            is_bot boolean not null,
            served bigint not null default 0,
            seen bigint not null default 0,
            clicked bigint not null default 0,
            constraint impression_counts_key
                unique nulls not distinct (day, place, model, tier, position, product_id, is_bot)
        );
        comment on table recs.impression_counts is
            'One row per day, list, position and product: what was shown to visitors and shoppers '
            'who did not agree to measurement, without who they are.';
        comment on column recs.impression_counts.day is 'Of UTC.';
        comment on column recs.impression_counts.place is 'As in recs.impressions.';
        comment on column recs.impression_counts.model is 'As in recs.impressions.';
        comment on column recs.impression_counts.tier is 'As in recs.impressions.';
        comment on column recs.impression_counts.position is 'As in recs.impressions.';
        comment on column recs.impression_counts.product_id is 'What was shown.';
        comment on column recs.impression_counts.is_bot is 'As in recs.impressions.';
        comment on column recs.impression_counts.served is 'How often it was shown.';
        comment on column recs.impression_counts.seen is 'How often it was seen.';
        comment on column recs.impression_counts.clicked is 'How often it was clicked on.';

        create view recs.measured_impressions as
        select
            i.impression_id, i.served_at, i.answer_id, i.position, i.score, i.seen_at,
            i.clicked_at, i.product_id, i.page_product_id, i.shopper_id, i.session_id, i.place,
            i.model, i.tier, i.reason_kind
        from recs.impressions as i
        where
            not i.is_bot
            and (
                i.shopper_id is null
                or exists (
                    select from raw.measured_shoppers as m where m.shopper_id = i.shopper_id
                )
            );
        comment on view recs.measured_impressions is
            'One row per impression that may be counted: not of a bot, and of an anonymous visitor '
            'or a shopper who consents to measurement now. Personal data.';
        comment on column recs.measured_impressions.impression_id is 'As in recs.impressions.';
        comment on column recs.measured_impressions.served_at is 'When the answer was made.';
        comment on column recs.measured_impressions.answer_id is 'The list of the answer.';
        comment on column recs.measured_impressions.position is 'Place in the list, from 1.';
        comment on column recs.measured_impressions.score is 'As the list gave it.';
        comment on column recs.measured_impressions.seen_at is 'When it was seen; null: unknown.';
        comment on column recs.measured_impressions.clicked_at is 'When it was first clicked on.';
        comment on column recs.measured_impressions.product_id is 'What was shown.';
        comment on column recs.measured_impressions.page_product_id is
            'The product that the page was about; null: none.';
        comment on column recs.measured_impressions.shopper_id is 'To whom; null: to a visitor.';
        comment on column recs.measured_impressions.session_id is 'Anonymous visitor.';
        comment on column recs.measured_impressions.place is 'Where the list stood.';
        comment on column recs.measured_impressions.model is 'The model that made the list.';
        comment on column recs.measured_impressions.tier is 'The step of the ladder.';
        comment on column recs.measured_impressions.reason_kind is 'Why it was there.';

        grant select, insert, update (seen_at, clicked_at, shopper_id)
            on recs.impressions to alsolike_app;
        grant select, insert, update (served, seen, clicked)
            on recs.impression_counts to alsolike_app;
        grant select on recs.impression_counts to alsolike_analyst;
        grant select on raw.measured_shoppers to alsolike_app;
        """
    )


def downgrade() -> None:
    """Drop the tables, and the views that dbt built on them."""
    for schema in ("marts", "staging"):
        drop_built(schema, kind="view")
    run_sql(
        """
        revoke select on raw.measured_shoppers from alsolike_app;
        drop view recs.measured_impressions;
        drop table recs.impressions, recs.impression_counts;
        """
    )
