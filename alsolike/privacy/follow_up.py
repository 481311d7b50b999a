"""What follows erasures: the receipts, what still waits, and erasing again who came back."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import args_row

from alsolike.database import connect, query
from alsolike.privacy.erase import erase
from alsolike.privacy.erased import has_erased_shoppers
from alsolike.privacy.hashes import pads

# The first version of Postgres that lets an owner drop statistics.
_FIRST_THAT_CLEARS = 180000


@dataclass(frozen=True, slots=True)
class Erasure:
    """A receipt as it stands: `waits_for` has what is still to be computed anew."""

    erasure_id: UUID
    erased_at: datetime
    source: str
    counts: dict[str, int]
    waits_for: list[str]
    completed_at: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


def list_erasures() -> list[Erasure]:
    """Note what was done since, and return all receipts, the latest first."""
    with connect() as connection, connection.cursor(row_factory=args_row(Erasure)) as cursor:
        cursor.execute(query("alsolike/privacy/settle"))
        return cursor.execute(query("alsolike/privacy/list_erasures")).fetchall()


def settle() -> None:
    """Note what was done since the open erasures."""
    with connect() as connection:
        connection.execute(query("alsolike/privacy/settle"))


def refresh_statistics() -> None:
    """Have the planner's statistics drawn anew where they may still quote an erased row.

    Of the tables of the last day's erasures; Postgres itself does it only after many changes. Of a
    table that is empty now, `analyze` would keep the old ones, so they are dropped; before
    Postgres 18 only a superuser may do that.
    """
    with connect(autocommit=True) as connection:
        for (table,) in connection.execute(query("alsolike/privacy/tables_to_analyze")).fetchall():
            parts: list[str] = table.split(".")
            name = sql.Identifier(*parts)
            connection.execute(sql.SQL("analyze {}").format(name))
            rows = connection.execute(sql.SQL("select from {} limit 1").format(name)).rowcount
            if rows == 0:
                _drop_statistics(connection, parts)


def _drop_statistics(connection: psycopg.Connection[Any], table: list[str]) -> None:
    if connection.info.server_version >= _FIRST_THAT_CLEARS:
        connection.execute(query("alsolike/privacy/clear_statistics"), {"table": table})
    elif connection.info.parameter_status("is_superuser") == "on":
        connection.execute(query("alsolike/privacy/delete_statistics"), {"table": table})


def sweep() -> int:
    """Erase again who is known though they are on the list; return how many.

    A restored database brings shoppers back, and so may an event at the very moment of an erasure.

    Raises
    ------
    ErasureKeyError
        The list was made with another key.
    """
    with connect() as connection:
        if not has_erased_shoppers(connection):
            return 0
        rows = connection.execute(query("alsolike/privacy/came_back"), pads()._asdict()).fetchall()
    for (shopper_id,) in rows:
        with connect() as connection:
            erase(connection, shopper_id, source="sweep")
    return len(rows)
