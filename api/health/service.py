"""Whether the app can answer, found out within two seconds."""

import psycopg

from alsolike.snapshot.local_file import LocalPointer
from api.database.failures import DatabaseBusyError, TookTooLongError
from api.database.pool import Connection, Database
from api.health import store
from api.health.answers import Readiness
from api.problems.errors import NotReadyError

# Until there is a connection, and again until there is an answer.
_SECONDS = 1.0


async def readiness(database: Database, snapshot: LocalPointer | None) -> Readiness:
    """Check the database and its schema; name the serving model.

    Without a database, but with a snapshot, the app is fit to be asked: who is told that it is not
    would take away what still answers.

    Raises
    ------
    NotReadyError
        Naming the check that failed: `database` or `schema`.
    """
    try:
        return await database.probe(_check, _SECONDS)
    except (psycopg.Error, TookTooLongError, DatabaseBusyError) as error:
        reason = database.why_away or "It does not answer in time."
        if snapshot is not None:
            return Readiness("degraded", "away", "unknown", snapshot.model, reason)
        message = (
            "The database does not answer: check the PG* variables and that it runs. "
            f"The reason: {reason}"
        )
        raise NotReadyError("database", message) from error


async def _check(connection: Connection) -> Readiness:
    if not await store.has_schema(connection):
        raise NotReadyError("schema", "The database has no schema: run `alsolike migrate`.")
    model = await store.serving_model(connection)
    return Readiness(status="ready", database="ok", schema="ok", model=model)
