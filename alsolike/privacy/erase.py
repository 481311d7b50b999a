"""Erase a shopper: one transaction over every table, and a receipt that names nobody."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, LiteralString
from uuid import UUID

import psycopg
from psycopg.rows import args_row

from alsolike.database import query
from alsolike.privacy.hashes import key_id, shopper_hash

# Who asks for an erasure: "site" is the shopper. A sweep erases who came back, as by a restored
# database.
Source = Literal["command", "site", "api", "webhook", "sweep"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an erasure did; it does not say whose it was.

    Attributes
    ----------
    erased_before : datetime or None
        When the shopper had been erased before.
    counts : dict of str to int
        Rows that were deleted or cleaned, by table; tables without one are left out.
    waits_for : list of str
        What was computed with the shopper's rows and is to be computed without them: `transform`,
        `embed`, `train`, `export`. The worker does all but `train`, `alsolike erase --finish` all.
    """

    erasure_id: UUID
    erased_at: datetime
    erased_before: datetime | None
    counts: dict[str, int]
    waits_for: list[str]

    def as_dict(self) -> dict[str, Any]:
        """Return the receipt for JSON."""
        return asdict(self)


def erasure(
    shopper_id: str, source: Source, erasure_id: UUID | None = None
) -> tuple[LiteralString, dict[str, object]]:
    """Return the statement that erases a shopper, and its parameters; its row is a `Receipt`.

    The site runs it on a connection of its own kind. It is one statement, so one transaction where
    each commits by itself. It reads tables of dbt that have no index for it, so it may take seconds
    in a large shop.

    Parameters
    ----------
    erasure_id : UUID, optional
        Number of the receipt. Asked again with the same, nothing is done, and it is given again.
    """
    return query("alsolike/privacy/erase_shopper"), {
        "shopper_id": shopper_id,
        "shopper_hash": shopper_hash(shopper_id),
        "key_id": key_id(),
        "source": source,
        "erasure_id": erasure_id,
    }


def erase(connection: psycopg.Connection[Any], shopper_id: str, *, source: Source) -> Receipt:
    """Erase a shopper in the connection's transaction; the caller commits.

    An unknown shopper gets on the list of erased ones too. Erasing again deletes what came since.
    """
    with connection.cursor(row_factory=args_row(Receipt)) as cursor:
        receipt = cursor.execute(*erasure(shopper_id, source)).fetchone()
    assert receipt is not None  # noqa: S101  (the function always gives a row)
    return receipt
