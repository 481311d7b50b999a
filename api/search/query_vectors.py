"""Encodes the words of searches, as long as that is quick; a search works without a vector."""

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Literal, NamedTuple, cast

import psycopg
from pgvector import HalfVector
from psycopg_pool import PoolClosed

from alsolike.folding import folded
from alsolike.query_encoder import (
    QueryEncoder,
    QueryEncoderError,
    QueryEncoderRow,
    ReadPiece,
    load_query_encoder,
)
from alsolike.settings import Settings
from api.database.pool import Database
from api.exchange import AnyRequest
from api.search import store

logger = logging.getLogger("alsolike.web")

LoadEncoder = Callable[[QueryEncoderRow, Path, ReadPiece], QueryEncoder]
Lack = Literal["absent", "unread", "slow", "failed"]

# A query of one row: after a switch of the encoder, searches go by words alone until then.
_FRESH_SECONDS = 10.0
# While there is no encoder: a new shop's worker may be making one.
_MISSING_SECONDS = 5.0
# Weight of the latest query in the moving average of their times.
_WEIGHT_OF_LATEST = 0.1
_PAUSE_SECONDS = 60.0
_READ_SECONDS = 10.0
_KEPT_VECTORS = 256
_WARN_SECONDS = 60.0
_FIRST_QUERY = "a first query"


class QueryVector(NamedTuple):
    """A query's vector as Postgres reads it, and the encoder whose space it lives in."""

    encoder_id: int
    vector: str


class QueryVectors:
    """Encodes queries with the query encoder of the serving model.

    The encoder is fetched and loaded in the background, and again when another model serves.
    Until then searches go by words alone, as they do for a minute when encoding gets too slow.

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
        Searches without a vector, by the reason: there is no encoder (`absent`), encoding takes too
        long (`slow`), it failed (`failed`), or the encoder does not know the words (`unread`).
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
        self._warned_at: dict[str, float] = {}

    async def keep_fresh(self) -> None:
        """Load the encoder, and look for another one from time to time, until cancelled."""
        while self._limit > 0:
            try:
                await self.refresh()
            except (psycopg.Error, PoolClosed) as error:
                # The requests that fail for the database are logged by themselves.
                logger.debug("Query encoder: %s", error)
            except QueryEncoderError as error:
                self._warn("encoder", f"Searches go by words alone: {error}")
            await asyncio.sleep(_FRESH_SECONDS if self._encoder else _MISSING_SECONDS)

    async def refresh(self) -> None:
        """Load the serving model's query encoder unless it is the one that is loaded.

        Raises
        ------
        QueryEncoderError
            It cannot be fetched or loaded; the encoder before is dropped.
        psycopg.Error
            The database cannot be read; the encoder before stays in use.
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
        """Encode a query; None where the search must go by words alone.

        It runs in the event loop: encoding takes about a millisecond, and a thread would take
        several times that under load.

        Parameters
        ----------
        is_needed : bool
            Whether to encode even while encoding is paused for being slow.
        """
        encoder = self._encoder
        if encoder is None:
            return self._without("absent")
        kept = self._kept.get(words)
        if kept is not None:
            return kept
        if not encoder.reads(words):
            # No trouble: nobody needs to be told.
            self.counts["unread"] += 1
            return None
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

    def known_words(self, words: str) -> frozenset[str]:
        """Return those words of a query that the encoder knows, lower case, without accents."""
        encoder = self._encoder
        if encoder is None:
            return frozenset()
        plain = re.findall(r"\w+", folded(words))
        return frozenset(word for word in plain if encoder.knows(word))

    def _note(self, seconds: float) -> None:
        """Pause encoding if its moving average is too slow; a single slow query does not matter."""
        self._usual_seconds += _WEIGHT_OF_LATEST * (seconds - self._usual_seconds)
        if self._usual_seconds > self._limit:
            self._warn(
                "pause",
                f"Encoding a query takes {self._usual_seconds * 1000:.0f} ms: searches go by "
                f"words alone for {_PAUSE_SECONDS:.0f} seconds.",
            )
            self._resumes_at = self._clock() + _PAUSE_SECONDS
            self._usual_seconds = 0.0

    def _without(self, lack: Lack, reason: str = "") -> None:
        self.counts[lack] += 1
        count = self.counts[lack]
        self._warn(lack, f"A search went by words alone: {lack}{reason}, {count} so far.")

    def _warn(self, topic: str, message: str) -> None:
        """Log a warning, about one topic once a minute."""
        now = self._clock()
        if now - self._warned_at.get(topic, float("-inf")) >= _WARN_SECONDS:
            self._warned_at[topic] = now
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
            # Warm up: the first query is slower.
            encoder.encode(_FIRST_QUERY)
            return encoder

        return await asyncio.to_thread(load)


def query_vectors_of(request: AnyRequest) -> QueryVectors:
    """Return the app's vectors of queries."""
    return cast("QueryVectors", request.app.state.query_vectors)
