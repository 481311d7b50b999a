"""What the events of a load say of shoppers and guests that a person should look at."""

from collections.abc import Iterator
from typing import IO, Any

from alsolike.database import query
from alsolike.loading.staging import Staged
from alsolike.loading.summary import counted
from alsolike.loading.tables import PURCHASES


def list_shoppers(staged: Staged, file: IO[bytes]) -> None:
    """Write down the shoppers of a file of shoppers, for `notes_on_shoppers` of later files."""
    with (
        staged.connection.cursor() as cursor,
        cursor.copy(query("alsolike/loading/list_shoppers")) as copy,
    ):
        for data in copy:
            file.write(data)


def notes_on_shoppers(staged: Staged, listed: IO[bytes] | None) -> Iterator[str]:
    """Say what is odd about the shoppers of stored events, in a sentence each.

    Runs after `know_named_shoppers`.

    Parameters
    ----------
    listed : file or None
        What `list_shoppers` wrote, where the load has a file of shoppers.
    """
    connection = staged.connection
    if listed is not None:
        listed.seek(0)
        connection.execute(
            "create temporary table listed_shoppers (shopper_id text) on commit drop"
        )
        with connection.cursor() as cursor, cursor.copy("copy listed_shoppers from stdin") as copy:
            while data := listed.read(1 << 20):
                copy.write(data)
        connection.execute("analyze listed_shoppers")
        rows, shoppers, one = _row(staged, "unlisted_shoppers")
        if rows:
            yield (
                f"the file of shoppers lacks {counted(shoppers, 'shopper')} of "
                f"{counted(rows, 'row')}, such as '{one}'."
            )
    shoppers, one = _row(staged, "decimal_shoppers")
    if shoppers:
        yield (
            f"{counted(shoppers, 'shopper')} known without the '.0' at the end, such as '{one}': "
            "did a spreadsheet or pandas add it?"
        )
    if staged.table is PURCHASES:
        (guests,) = _row(staged, "count_guests")
        if guests:
            yield f"{counted(guests, 'purchase')} without a shopper loaded as orders of guests."
        busy = connection.execute(query("alsolike/loading/busy_shopper")).fetchone()
        if busy is not None:
            shopper, purchases, total = busy
            yield (
                f"shopper '{shopper}' has {purchases:,} of {total:,} purchases: "
                "is that a placeholder for guests?"
            )


def _row(staged: Staged, name: str) -> tuple[Any, ...]:
    row = staged.connection.execute(query(f"alsolike/loading/{name}")).fetchone()
    assert row is not None  # noqa: S101  (a count is always there)
    return row
