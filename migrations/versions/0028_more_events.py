"""What is put into baskets and clicked on, and the other events that the API takes."""

from alsolike.revision_steps import run_sql

revision = "0028"
down_revision = "0027"
deletes = {"raw.basket_additions": "true", "raw.clicks": "true"}


def upgrade() -> None:
    """Create the tables, and let the app write them and reviews, and take hides back."""
    run_sql(
        """
        create table raw.basket_additions (
            addition_id text primary key,
            product_id text not null,
            added_at timestamptz not null,
            shopper_id text,
            session_id text,
            loaded_at timestamptz not null default now(),
            check (shopper_id is not null or session_id is not null)
        );
        comment on table raw.basket_additions is
            'One row per product put into a basket, by a shopper who consents or an anonymous '
            'session. Personal data.';
        comment on column raw.basket_additions.addition_id is 'The shop''s id of the event.';
        comment on column raw.basket_additions.product_id is 'What was put into the basket.';
        comment on column raw.basket_additions.added_at is 'When.';
        comment on column raw.basket_additions.shopper_id is 'Who did; null: a session.';
        comment on column raw.basket_additions.session_id is 'Anonymous visitor; null: a shopper.';
        comment on column raw.basket_additions.loaded_at is 'When the row was written.';
        create index basket_additions_of_shopper
            on raw.basket_additions (shopper_id, added_at desc) where shopper_id is not null;
        create index basket_additions_of_session
            on raw.basket_additions (session_id, added_at desc) where session_id is not null;

        create table raw.clicks (
            click_id text primary key,
            product_id text not null,
            clicked_at timestamptz not null,
            shopper_id text,
            session_id text,
            place text,
            model text,
            loaded_at timestamptz not null default now(),
            check (shopper_id is not null or session_id is not null)
        );
        comment on table raw.clicks is
            'One row per click on a product of a list, by a shopper who consents or an anonymous '
            'session. The view of its page counts for the taste, the click for the list. '
            'Personal data.';
        comment on column raw.clicks.click_id is 'The shop''s id of the event.';
        comment on column raw.clicks.product_id is 'What was clicked on.';
        comment on column raw.clicks.clicked_at is 'When.';
        comment on column raw.clicks.shopper_id is 'Who did; null: a session.';
        comment on column raw.clicks.session_id is 'Anonymous visitor; null: a shopper.';
        comment on column raw.clicks.place is 'Where the list stood, as the shop calls it.';
        comment on column raw.clicks.model is 'Name of the model that listed it; null: not told.';
        comment on column raw.clicks.loaded_at is 'When the row was written.';

        grant select, insert on raw.basket_additions, raw.clicks to alsolike_app;
        grant insert, update (rating, reviewed_at, title, body, loaded_at)
            on raw.reviews to alsolike_app;
        grant delete on recs.hides to alsolike_app;
        grant update (display_name, loaded_at) on raw.shoppers to alsolike_app;
        """
    )


def downgrade() -> None:
    """Drop the tables and take the rights back."""
    run_sql(
        """
        drop table raw.clicks, raw.basket_additions;
        revoke insert, update (rating, reviewed_at, title, body, loaded_at)
            on raw.reviews from alsolike_app;
        revoke delete on recs.hides from alsolike_app;
        revoke update (display_name, loaded_at) on raw.shoppers from alsolike_app;
        """
    )
