"""Whether the app can answer, found out within a second."""

import asyncio

import psycopg

from alsolike.local_snapshot.layout import LocalPointer
from api.pool import Connection, Database
from api.problems import NotReadyError
from api.store import health as store
from api.structs import Readiness

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
        async with asyncio.timeout(_SECONDS):
            return await database.run(_check)
    except (psycopg.Error, TimeoutError) as error:
        if snapshot is not None:
            return Readiness("degraded", "away", "unknown", snapshot.model)
        message = "The database does not answer: check the PG* variables and that it runs."
        raise NotReadyError("database", message) from error


async def _check(connection: Connection) -> Readiness:
    if not await store.has_schema(connection):
        raise NotReadyError("schema", "The database has no schema: run `alsolike migrate`.")
    model = await store.serving_model(connection)
    return Readiness(status="ready", database="ok", schema="ok", model=model)
