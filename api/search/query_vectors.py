"""The vectors of queries, while they take little time; a search goes on without one."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any, Literal, NamedTuple, cast

import psycopg
from litestar import Request
from pgvector import HalfVector
from psycopg_pool import PoolClosed

from alsolike.query_encoder import (
    QueryEncoder,
    QueryEncoderError,
    QueryEncoderRow,
    ReadPiece,
    load_query_encoder,
)
from alsolike.settings import Settings
from api.database.pool import Database
from api.search import store

logger = logging.getLogger("alsolike.web")

LoadEncoder = Callable[[QueryEncoderRow, Path, ReadPiece], QueryEncoder]
Lack = Literal["absent", "slow", "failed"]

_FRESH_SECONDS = 60.0
# While there is none: a new shop's worker may be making it.
_MISSING_SECONDS = 5.0
# How much the latest query counts in what one usually takes.
_WEIGHT_OF_LATEST = 0.1
_PAUSE_SECONDS = 60.0
_READ_SECONDS = 10.0
_KEPT_VECTORS = 256
_TELL_SECONDS = 60.0
_FIRST_QUERY = "a first query"


class QueryVector(NamedTuple):
    """A query's vector as Postgres reads it, and the encoder whose space it lives in."""

    encoder_id: int
    vector: str


class QueryVectors:
    """Encodes queries with the query encoder of the serving model.

    The encoder is fetched and loaded in the background, and again when another model serves.
    Until then searches go by words alone, as they do for a minute when encoding takes longer than
    it may.

    Parameters
    ----------
    settings : Settings
        The time limit, and the home folder that holds the encoder's files.
    database : Database
        Where they come from.
    load : callable
        Loads an encoder, as `load_query_encoder` does.
    clock : callable
        Seconds that only grow, as `time.monotonic` gives them.

    Attributes
    ----------
    counts : Counter
        Searches that had to do without a vector, by what was the matter: there is no encoder
        (`absent`), it takes too long (`slow`), it failed (`failed`).
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        load: LoadEncoder = load_query_encoder,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._load_encoder = load
        self._clock = clock
        self.counts: Counter[Lack] = Counter()
        self._limit = settings.search_encode_ms / 1000
        self._home = settings.home
        self._database = database
        self._encoder: QueryEncoder | None = None
        self._usual_seconds = 0.0
        self._resumes_at = float("-inf")
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

    def vector(self, words: str, *, is_needed: bool = False) -> QueryVector | None:
        """Encode a query, or say that the words have to do.

        It runs here, in the event loop: a query takes about a millisecond, and handing it to
        another thread and back takes several times that under load.

        Parameters
        ----------
        is_needed : bool
            However long it takes.
        """
        encoder = self._encoder
        if encoder is None:
            return self._without("absent")
        kept = self._kept.get(words)
        if kept is not None:
            return kept
        if not is_needed and self._clock() < self._resumes_at:
            return self._without("slow")
        started = self._clock()
        try:
            vector = QueryVector(encoder.encoder_id, HalfVector(encoder.encode(words)).to_text())
        except QueryEncoderError as error:
            return self._without("failed", f" ({error})")
        self._note(self._clock() - started)
        if len(self._kept) >= _KEPT_VECTORS:
            del self._kept[next(iter(self._kept))]
        self._kept[words] = vector
        return vector

    def _note(self, seconds: float) -> None:
        """Pause encoding where it usually takes too long; a single slow one means nothing."""
        self._usual_seconds += _WEIGHT_OF_LATEST * (seconds - self._usual_seconds)
        if self._usual_seconds > self._limit:
            self._tell(
                "pause",
                f"Encoding a query takes {self._usual_seconds * 1000:.0f} ms: searches go by "
                f"words alone for {_PAUSE_SECONDS:.0f} seconds.",
            )
            self._resumes_at = self._clock() + _PAUSE_SECONDS
            self._usual_seconds = 0.0

    def _without(self, lack: Lack, reason: str = "") -> None:
        self.counts[lack] += 1
        count = self.counts[lack]
        self._tell(lack, f"A search went by words alone: {lack}{reason}, {count} so far.")

    def _tell(self, topic: str, message: str) -> None:
        """Log a warning, about one topic once a minute."""
        now = self._clock()
        if now - self._told.get(topic, float("-inf")) >= _TELL_SECONDS:
            self._told[topic] = now
            logger.warning("%s", message)

    async def _load(self, described: QueryEncoderRow) -> QueryEncoder:
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

        def load() -> QueryEncoder:
            encoder = self._load_encoder(described, self._home, read_piece)
            # The first query is slower than the others.
            encoder.encode(_FIRST_QUERY)
            return encoder

        return await asyncio.to_thread(load)


def query_vectors_of(request: Request[Any, Any, Any]) -> QueryVectors:
    """Return the app's vectors of queries."""
    return cast("QueryVectors", request.app.state.query_vectors)
