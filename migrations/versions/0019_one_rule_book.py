"""Types of what the functions that serve hand to each other, and who consents, as one view.

The functions whose parameters or rows change with the types go when the new ones come, in one
transaction: `migrations/gone_functions.sql`.
"""

from alsolike.revision_steps import run_sql

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Make the types and the view."""
    run_sql(
        """
        create type recs.action as (
            kind text,
            event_id text,
            product_id text,
            acted_at timestamptz,
            weight real
        );
        comment on type recs.action is
            'What somebody did with a product. kind: purchase, review, view or basket. event_id: '
            'null where the caller of a request told of it. weight: how much it counts for the '
            'taste, above 0.';

        create type recs.scored_product as (
            product_id text,
            score real,
            action_place integer
        );
        comment on type recs.scored_product is
            'A product that a model scores for somebody. action_place: place of the action that '
            'explains it in the list of their actions, from 1; 0: none does, the product is '
            'popular.';

        create type recs.similar_product as (
            product_id text,
            score real,
            source text,
            actions integer
        );
        comment on type recs.similar_product is
            'A product that is shown beside another. source: neighbours, vectors or popular. '
            'actions: of a popular one, the number of recent actions.';

        create view raw.consenting_shoppers as
        select shopper_id
        from raw.current_consents
        where purpose = 'personalisation' and is_granted;
        comment on view raw.consenting_shoppers is
            'One row per shopper who consents to personalisation now. Personal data.';
        comment on column raw.consenting_shoppers.shopper_id is 'Who consents.';
        grant select on raw.consenting_shoppers to alsolike_app;
        -- A model of dbt that nothing reads any more.
        drop view if exists staging.stg_consents;
        """
    )


def downgrade() -> None:
    """Drop them."""
    run_sql(
        """
        drop view raw.consenting_shoppers;
        drop type recs.similar_product;
        drop type recs.scored_product;
        drop type recs.action;
        """
    )
