"""Whether the database is fit to serve."""

from psycopg.rows import scalar_row

from alsolike.database import query
from api.database.pool import Connection


async def has_schema(connection: Connection) -> bool:
    """Tell whether the migrations have run."""
    cursor = connection.cursor(row_factory=scalar_row)
    await cursor.execute(query("api/health/schema_state"))
    return bool(await cursor.fetchone())


async def serving_model(connection: Connection) -> str | None:
    """Return the name of the model that answers; None before the first one was made."""
    cursor = connection.cursor(row_factory=scalar_row)
    await cursor.execute(query("api/health/serving_model"))
    name = await cursor.fetchone()
    return None if name is None else str(name)
