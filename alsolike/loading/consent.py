"""The check that a load states everybody's consent before it stores anything."""

from collections.abc import Sequence

from alsolike.database import query
from alsolike.errors import AlsolikeError
from alsolike.loading.erased import leave_out_erased
from alsolike.loading.rows import Reading, Source
from alsolike.loading.staging import Connection, count, discard, repair, stage
from alsolike.loading.summary import counted
from alsolike.loading.tables import PRODUCTS, RETURNS, SHOPPERS, VIEWS
from alsolike.progress import Report

CONSENTS = ("personalisation", "none")

_SESSIONS = (
    "select count(distinct session_id) from staged where shopper_id is null and problem is null"
)


class ConsentNeededError(AlsolikeError):
    """The files name shoppers without a stated consent: say `--consent personalisation` or none."""


def require_stated_consent(
    connection: Connection, sources: Sequence[Source], report: Report
) -> None:
    """Read the files for shoppers and sessions whose consent is unknown; store nothing.

    The file of shoppers states a consent, and so does a decision that the database has.

    Raises
    ------
    ConsentNeededError
        There are some; the message says how many and in which files.
    InputFileError
        A file cannot be read.
    """
    sessions: list[str] = []
    # A row for each shopper of a file; is_stated: the file says what they decided.
    connection.execute(
        "create temporary table surveyed (source text, shopper_id text, is_stated boolean)"
    )
    for source in sources:
        if source.table in (PRODUCTS, RETURNS):
            continue
        staged = stage(
            connection,
            source.table,
            source.read(Reading()),
            lambda rows, name=source.name: report(f"look through {name}", rows, None),
        )
        leave_out_erased(staged)
        # This empties the ids that stand for guests.
        repair(staged)
        statement = "survey_shoppers" if source.table is SHOPPERS else "survey_events"
        connection.execute(query(f"alsolike/loading/{statement}"), {"source": source.name})
        if source.table is VIEWS and (number := count(staged, _SESSIONS)):
            sessions.append(f"{counted(number, 'session')} of {source.name}")
        discard(staged)
    rows = connection.execute(query("alsolike/loading/unstated_shoppers")).fetchall()
    connection.rollback()
    shoppers = [f"{counted(number, 'shopper')} of {name}" for name, number in rows]
    if shoppers or sessions:
        whom = ", ".join([*shoppers, *sessions])
        message = (
            f"Nothing says whether these agreed to personalisation: {whom}. Say --consent "
            "personalisation if they did, or --consent none. Nothing was loaded."
        )
        raise ConsentNeededError(message)
