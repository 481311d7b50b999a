"""Whether the app can answer, found out within two seconds, and at once while that is known."""

from contextlib import suppress

import psycopg
from psycopg.rows import scalar_row

from alsolike.database import query
from alsolike.snapshot.local_file import LocalPointer
from api.database.failures import DatabaseBusyError, TookTooLongError
from api.database.pool import Connection, Database
from api.health.schemas import Readiness
from api.ladder.circuits import Circuits
from api.problems.errors import NotReadyError

# Until there is a connection, and again until there is an answer.
_SECONDS = 1.0


async def readiness(
    database: Database, circuits: Circuits, snapshot: LocalPointer | None
) -> Readiness:
    """Check the database and its schema; name the serving model.

    With a snapshot the app stays ready without a database: a load balancer that is told otherwise
    would take away what still answers.

    Raises
    ------
    NotReadyError
        Naming the check that failed: `database` or `schema`.
    """
    # While it is known to be away nobody waits: a load balancer asks for a second, as a rule.
    if circuits.is_closed("database"):
        with suppress(psycopg.Error, TookTooLongError, DatabaseBusyError):
            async with circuits.through("database"):
                return await database.probe(_check, _SECONDS)
    reason = database.why_away or "It does not answer in time."
    if snapshot is not None:
        return Readiness("degraded", "away", "unknown", snapshot.model, reason)
    message = (
        "The database does not answer: check the PG* variables and that it runs. "
        f"The reason: {reason}"
    )
    raise NotReadyError("database", message)


async def _check(connection: Connection) -> Readiness:
    cursor = connection.cursor(row_factory=scalar_row)
    await cursor.execute(query("api/health/schema_state"))
    if not await cursor.fetchone():
        raise NotReadyError("schema", "The database has no schema: run `alsolike migrate`.")
    await cursor.execute(query("api/health/serving_model"))
    model = await cursor.fetchone()
    return Readiness(status="ready", database="ok", schema="ok", model=model)
