"""Consent by purpose: personalisation, and measurement apart from it."""

from alsolike.revision_steps import run_alone, run_sql

revision = "0050"
down_revision = "0048"
# What was said of measurement has no place in the former tables.
deletes = {"raw.consents": "purpose = 'measurement'"}


def upgrade() -> None:
    """Let decisions be about measurement, and say who agrees to it.

    Nobody does yet: the former question named clicks, and asked about recommendations.
    """
    run_alone(
        "create index concurrently if not exists clicks_of_shopper "
        "on raw.clicks (shopper_id) where shopper_id is not null",
        "create index concurrently if not exists clicks_of_session "
        "on raw.clicks (session_id) where session_id is not null",
    )
    run_sql(
        """
        alter table raw.consents drop constraint consents_purpose_check;
        alter table raw.consents add constraint consents_purpose_check
            check (purpose in ('personalisation', 'measurement'));
        comment on column raw.consents.source is
            'Who told: import: and the file, api, site; site:gpc is the site, in a browser that '
            'sends Global Privacy Control.';

        create view raw.measured_shoppers as
        select shopper_id
        from raw.current_consents
        where purpose = 'measurement' and is_granted;
        comment on view raw.measured_shoppers is
            'One row per shopper who consents to measurement now. Personal data.';
        comment on column raw.measured_shoppers.shopper_id is 'Who consents.';

        create view raw.measured_clicks as
        select
            c.click_id, c.product_id, c.clicked_at, c.shopper_id, c.session_id, c.place, c.model,
            c.loaded_at
        from raw.clicks as c
        where
            c.shopper_id is null
            or exists (
                select from raw.measured_shoppers as m where m.shopper_id = c.shopper_id
            );
        comment on view raw.measured_clicks is
            'One row per click that may be counted: of a shopper who consents to measurement now, '
            'or of an anonymous visitor. Personal data.';
        comment on column raw.measured_clicks.click_id is 'As in raw.clicks.';
        comment on column raw.measured_clicks.product_id is 'What was clicked on.';
        comment on column raw.measured_clicks.clicked_at is 'When.';
        comment on column raw.measured_clicks.shopper_id is 'Who clicked; null: a visitor.';
        comment on column raw.measured_clicks.session_id is 'Anonymous visitor; null: a shopper.';
        comment on column raw.measured_clicks.place is 'Where the list stood.';
        comment on column raw.measured_clicks.model is 'Which model made the list.';
        comment on column raw.measured_clicks.loaded_at is 'When it was recorded.';
        comment on column raw.basket_additions.session_id is
            'Anonymous visitor who agreed to personalisation; null: a shopper.';
        comment on column raw.clicks.session_id is
            'Anonymous visitor who agreed to measurement; null: a shopper.';
        comment on table raw.clicks is
            'One row per click on a product of a list, by a shopper who consented to measurement '
            'or an anonymous visitor who did. raw.measured_clicks has those that may be counted '
            'now. Personal data.';
        comment on column raw.consents.purpose is
            'What was agreed to or not: personalisation (recommendations by what the shopper does) '
            'or measurement (which lists are clicked on).';
        comment on column raw.current_consents.purpose is
            'What was agreed to or not: personalisation or measurement.';
        """
    )


def downgrade() -> None:
    """Go back to the one purpose."""
    run_sql(
        """
        drop index raw.clicks_of_shopper, raw.clicks_of_session;
        drop view raw.measured_clicks;
        drop view raw.measured_shoppers;
        delete from raw.consents where purpose = 'measurement';
        alter table raw.consents drop constraint consents_purpose_check;
        alter table raw.consents add constraint consents_purpose_check
            check (purpose in ('personalisation'));
        """
    )
