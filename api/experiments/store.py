"""Reading the running experiments."""

from alsolike.database import query
from alsolike.experiments.assignment import Experiment, read_arms
from api.database.pool import Connection


async def running(connection: Connection) -> tuple[Experiment, ...]:
    """Read the experiments that run now, the oldest first."""
    cursor = await connection.execute(query("api/experiments/running"))
    return tuple(
        Experiment(name, layer, layer_from, layer_to, salt, read_arms(arms), frozenset(places))
        for name, layer, layer_from, layer_to, salt, arms, places in await cursor.fetchall()
    )
