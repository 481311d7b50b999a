"""The running experiments, kept in memory so that an answer asks nobody for them."""

import asyncio
import logging
from typing import TYPE_CHECKING, Final, cast

import psycopg
from psycopg_pool import PoolClosed

from api.database.failures import FAILURES, first_line
from api.database.pool import Database
from api.exchange import AnyRequest
from api.experiments import store

if TYPE_CHECKING:
    from alsolike.experiments.assignment import Experiment

logger = logging.getLogger("alsolike.web")

# How old what is in memory may be.
FRESH_SECONDS: Final = 5.0
_READ_SECONDS: Final = 2.0


class RunningExperiments:
    """The experiments that run, as of the last look; none until the first."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.all: tuple[Experiment, ...] = ()

    async def read(self) -> None:
        """Look again.

        Raises
        ------
        psycopg.OperationalError, TookTooLongError
            The database does not answer.
        """
        self.all = await self._database.probe(store.running, _READ_SECONDS)

    async def keep_fresh(self) -> None:
        """Look again from time to time, until cancelled; while the database is away they stay."""
        while True:
            try:
                await self.read()
            except (*FAILURES, psycopg.Error, PoolClosed) as error:
                logger.debug("Running experiments were not read: %s", first_line(error))
            await asyncio.sleep(FRESH_SECONDS)


def experiments_of(request: AnyRequest) -> RunningExperiments:
    """Return what the app knows of running experiments."""
    return cast("RunningExperiments", request.app.state.experiments)
