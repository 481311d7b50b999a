"""Notes on shoppers and guests of a load that a person should check."""

from collections.abc import Iterator
from typing import IO, Any

from alsolike.database import query
from alsolike.loading.staging import StagedFile, count
from alsolike.loading.summary import counted
from alsolike.loading.tables import PURCHASES


def list_shoppers(staged: StagedFile, file: IO[bytes]) -> None:
    """Write the ids of a file of shoppers to a file, for `notes_on_shoppers` of later files."""
    statement = (
        "copy (select distinct shopper_id from staged where shopper_id is not null) to stdout"
    )
    with staged.connection.cursor() as cursor, cursor.copy(statement) as copy:
        for data in copy:
            file.write(data)


def notes_on_shoppers(staged: StagedFile, listed: IO[bytes] | None) -> Iterator[str]:
    """Describe what is odd about the shoppers of stored events, a sentence each.

    Call it after `add_named_shoppers`. `listed` is what `list_shoppers` wrote, None if the load has
    no file of shoppers.
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
        guests = count(staged, "select count(*) from usable where shopper_id is null")
        if guests:
            yield f"{counted(guests, 'purchase')} without a shopper loaded as orders of guests."
        busy = connection.execute(query("alsolike/loading/busy_shopper")).fetchone()
        if busy is not None:
            shopper, purchases, total = busy
            yield (
                f"shopper '{shopper}' has {purchases:,} of {total:,} purchases: "
                "is that a placeholder for guests?"
            )


def _row(staged: StagedFile, name: str) -> tuple[Any, ...]:
    row = staged.connection.execute(query(f"alsolike/loading/{name}")).fetchone()
    assert row is not None  # noqa: S101  (a count is always there)
    return row
