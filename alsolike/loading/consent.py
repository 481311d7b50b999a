"""What shoppers agreed to: it is stated for everybody before a load stores anything."""

from typing import TYPE_CHECKING

from alsolike.database import query
from alsolike.errors import AlsolikeError
from alsolike.loading.rows import Found
from alsolike.loading.staging import Connection, Staged, discard, repair, stage
from alsolike.loading.summary import counted
from alsolike.loading.tables import SHOPPERS, VIEWS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from alsolike.loading.sources import Source

CONSENTS = ("personalisation", "none")


class ConsentNeededError(AlsolikeError):
    """The files name shoppers without a stated consent: say `--consent personalisation` or none."""


def require_stated_consent(
    connection: Connection,
    sources: "Sequence[Source]",
    report_on: "Callable[[Source], Callable[[int], None]]",
) -> None:
    """Look through the files for shoppers and sessions of whom nothing says what they agreed to.

    It is said by the file of shoppers, and of shoppers who are there by an earlier decision.
    Nothing of it is stored.

    Parameters
    ----------
    report_on : Callable
        Gives what is told the number of rows read of a source.

    Raises
    ------
    ConsentNeededError
        There are some; says how many and in which files.
    InputFileError
        A file cannot be read.
    """
    sessions: list[str] = []
    connection.execute(query("alsolike/loading/survey_create"))
    for source in sources:
        if not source.table.has_shoppers:
            continue
        staged = stage(connection, source.table, source.read(Found()), report_on(source))
        # Words for guests name nobody.
        repair(staged)
        statement = "survey_shoppers" if source.table is SHOPPERS else "survey_events"
        connection.execute(query(f"alsolike/loading/{statement}"), {"source": source.name})
        if source.table is VIEWS and (count := _count_sessions(staged)):
            sessions.append(f"{counted(count, 'session')} of {source.name}")
        connection.execute("drop table repairs")
        discard(staged)
    rows = connection.execute(query("alsolike/loading/unstated_shoppers")).fetchall()
    connection.rollback()
    shoppers = [f"{counted(count, 'shopper')} of {name}" for name, count in rows]
    if shoppers or sessions:
        whom = ", ".join([*shoppers, *sessions])
        message = (
            f"Nothing says whether these agreed to personalisation: {whom}. Say --consent "
            "personalisation if they did, or --consent none. Nothing was loaded."
        )
        raise ConsentNeededError(message)


def _count_sessions(staged: Staged) -> int:
    row = staged.connection.execute(query("alsolike/loading/survey_sessions")).fetchone()
    return 0 if row is None else int(row[0])
