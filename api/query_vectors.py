"""The vectors of queries, within a time limit; a search goes on without one that is late."""

import asyncio
import logging
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Literal, NamedTuple, cast

import psycopg
from litestar import Request
from numpy.typing import NDArray
from pgvector import HalfVector
from psycopg_pool import PoolClosed

from alsolike.query_encoder import Described, QueryEncoder, QueryEncoderError, load_query_encoder
from alsolike.settings import Settings
from api.pool import Database
from api.store import search as store

logger = logging.getLogger("alsolike.web")

Lack = Literal["absent", "busy", "late", "failed"]

_FRESH_SECONDS = 60.0
# While there is none: a new shop's worker may be making it.
_MISSING_SECONDS = 5.0
# A page after the first must rank as the first did, so it waits longer.
_PATIENT_SECONDS = 1.0
_READ_SECONDS = 10.0
# Queries that wait for the one thread; another one would be late anyway.
_MOST_WAITING = 8
_KEPT_VECTORS = 256
_TELL_SECONDS = 60.0


class QueryVector(NamedTuple):
    """A query's vector as Postgres reads it, and the encoder whose space it lives in."""

    encoder_id: int
    vector: str


class QueryVectors:
    """Encodes queries in a thread of its own, with the query encoder of the serving model.

    The encoder is fetched and loaded in the background, and again when another model serves.
    Until then, and whenever a vector is not there in time, searches go by words alone.

    Parameters
    ----------
    settings : Settings
        The time limit, and the home folder that holds the encoder's files.
    database : Database
        Where they come from.

    Attributes
    ----------
    counts : Counter
        Searches that had to do without a vector, by what was the matter: there is no encoder
        (`absent`), too many wait (`busy`), the time was over (`late`), it failed (`failed`).
    """

    def __init__(self, settings: Settings, database: Database) -> None:
        self.counts: Counter[Lack] = Counter()
        self._limit = settings.search_encode_ms / 1000
        self._home = settings.home
        self._database = database
        self._encoder: QueryEncoder | None = None
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="query-encoder")
        self._waiting = 0
        self._kept: dict[str, QueryVector] = {}
        self._told: dict[str, float] = {}

    async def keep_fresh(self) -> None:
        """Load the encoder, and look for another one from time to time, until cancelled."""
        while self._limit > 0:
            try:
                await self.refresh()
            except (psycopg.Error, PoolClosed) as error:
                # The requests that fail for the database are logged by themselves.
                logger.debug("Query encoder: %s", error)
            except QueryEncoderError as error:
                self._tell("encoder", f"Searches go by words alone: {error}")
            await asyncio.sleep(_FRESH_SECONDS if self._encoder else _MISSING_SECONDS)

    async def refresh(self) -> None:
        """Load the serving model's query encoder unless it is the one that is loaded.

        Raises
        ------
        QueryEncoderError
            It cannot be fetched or loaded; the one before is no longer used.
        psycopg.Error
            The database cannot tell; the one before is used on.
        """
        described = await self._database.run(store.query_encoder)
        current = self._encoder
        if current is not None and described is not None:
            known = (current.encoder_id, current.fingerprint)
            if known == (described.encoder_id, described.fingerprint):
                return
        self._encoder = None
        self._kept.clear()
        if described is not None:
            self._encoder = await self._load(described)
            logger.info("Searches go by words and vectors of encoder %d.", described.encoder_id)

    async def vector(self, words: str, *, is_patient: bool = False) -> QueryVector | None:
        """Encode a query, or say that the words have to do.

        Parameters
        ----------
        is_patient : bool
            Wait for a second rather than for the time limit of the settings.
        """
        encoder = self._encoder
        if encoder is None:
            return self._without("absent")
        kept = self._kept.get(words)
        if kept is not None:
            return kept
        if self._waiting >= _MOST_WAITING and not is_patient:
            return self._without("busy")
        limit = _PATIENT_SECONDS if is_patient else self._limit
        self._waiting += 1
        future = asyncio.get_running_loop().run_in_executor(self._executor, encoder.encode, words)
        future.add_done_callback(partial(self._done, encoder, words))
        try:
            # The thread goes on after the time is over, so the next page has the vector.
            vector = await asyncio.wait_for(asyncio.shield(future), limit)
        except TimeoutError:
            return self._without("late")
        except QueryEncoderError as error:
            return self._without("failed", f" ({error})")
        return _written(encoder, vector)

    def close(self) -> None:
        """Let the thread end."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _done(
        self, encoder: QueryEncoder, words: str, future: "asyncio.Future[NDArray[Any]]"
    ) -> None:
        self._waiting -= 1
        if future.cancelled() or future.exception() is not None or encoder is not self._encoder:
            return
        if len(self._kept) >= _KEPT_VECTORS:
            del self._kept[next(iter(self._kept))]
        self._kept[words] = _written(encoder, future.result())

    def _without(self, lack: Lack, reason: str = "") -> None:
        self.counts[lack] += 1
        count = self.counts[lack]
        self._tell(lack, f"A search went by words alone: {lack}{reason}, {count} so far.")

    def _tell(self, topic: str, message: str) -> None:
        """Log a warning, about one topic once a minute."""
        now = time.monotonic()
        if now - self._told.get(topic, float("-inf")) >= _TELL_SECONDS:
            self._told[topic] = now
            logger.warning("%s", message)

    async def _load(self, described: Described) -> QueryEncoder:
        loop = asyncio.get_running_loop()

        def read_piece(name: str, position: int) -> bytes | None:
            reading = self._database.run(
                partial(
                    store.query_encoder_piece,
                    encoder_id=described.encoder_id,
                    name=name,
                    position=position,
                )
            )
            try:
                return asyncio.run_coroutine_threadsafe(reading, loop).result(_READ_SECONDS)
            except TimeoutError as error:
                message = f"Reading {name} took over {_READ_SECONDS:.0f} seconds."
                raise QueryEncoderError(message) from error

        return await asyncio.to_thread(load_query_encoder, described, self._home, read_piece)


def query_vectors_of(request: Request[Any, Any, Any]) -> QueryVectors:
    """Return the app's vectors of queries."""
    return cast("QueryVectors", request.app.state.query_vectors)


def _written(encoder: QueryEncoder, vector: NDArray[Any]) -> QueryVector:
    return QueryVector(encoder.encoder_id, HalfVector(vector).to_text())
