"""The partitions of impressions: one per month."""

from alsolike.database import connect, query


def add_impression_months() -> None:
    """Make those of this month and of three more that are missing."""
    with connect() as connection:
        connection.execute(query("alsolike/add_impression_months"))
