"""Groups of variants that titles tell of, where the shop names none."""

from alsolike.database import connect, query


def group_by_title(*, is_on: bool) -> int:
    """Write which products are variants by their titles; return how many changed their group.

    Work is for products that are new or changed since the last time. If it is off, all groups of
    titles are taken back; those that the shop named stay.
    """
    with connect() as connection:
        if is_on:
            connection.execute(query("alsolike/write_title_keys"))
        return connection.execute(query("alsolike/group_by_title"), {"is_on": is_on}).rowcount
