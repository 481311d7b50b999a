"""An order without an account: a purchase may name no shopper if it names its order."""

from alsolike.revision_steps import run_alone, run_sql

revision = "0011"
down_revision = "0010"
deletes = {"raw.purchases": "shopper_id is null"}


def upgrade() -> None:
    """Let a purchase have an order alone.

    The check of the purchases that are there does not lock them, because it is a step of its own;
    should it fail, the revision begins again.
    """
    run_sql(
        """
        alter table raw.purchases
            alter column shopper_id drop not null,
            drop constraint if exists purchases_of_whom,
            add constraint purchases_of_whom
                check (shopper_id is not null or order_id is not null) not valid;
        comment on table raw.purchases is
            'One row per product of an order, by a shopper or by a guest who has none. '
            'Personal data.';
        """
    )
    run_alone("alter table raw.purchases validate constraint purchases_of_whom")


def downgrade() -> None:
    """Delete the orders of guests, which the table cannot hold any more."""
    run_sql(
        """
        delete from raw.purchases where shopper_id is null;
        alter table raw.purchases drop constraint purchases_of_whom;
        alter table raw.purchases alter column shopper_id set not null;
        comment on table raw.purchases is 'One row per product of an order. Personal data.';
        """
    )
