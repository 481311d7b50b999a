"""What the app counts, for Prometheus: few names, few labels, no personal data.

Several worker processes write their numbers to files, which the process that is asked adds up, in
prometheus_client's multiprocess mode; `serve` names the folder before the workers start. Pools are
added up over the processes; circuits show the worst state, snapshots the oldest.
"""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from psycopg_pool import AsyncConnectionPool

from alsolike.snapshot.local_file import LocalPointer
from api.database.pool import Connection

MEDIA_TYPE = CONTENT_TYPE_LATEST

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_STATES = {"closed": 0, "half-opened": 1, "opened": 2}
# An address that is none of ours: one label for all of them.
_UNKNOWN_ROUTE = "unknown"


class Metrics:
    """The numbers of one worker process.

    Parameters
    ----------
    tiers : iterable of str
        The steps of the ladder; each is counted from 0.
    folder : Path, optional
        Where the processes of one server keep their numbers; None: there is only this one.
    """

    def __init__(self, tiers: Iterable[str], folder: Path | None = None) -> None:
        # prometheus_client adds a `*_created` series per counter; nobody reads them.
        disable_created_metrics()
        self._folder = folder
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "alsolike_requests",
            "Requests, by the template of their path and their status.",
            ["route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "alsolike_request_seconds",
            "Seconds until the last byte of an answer was handed on.",
            ["route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        # Finding a series by its labels costs more than counting in it.
        self._series: dict[tuple[str, str], tuple[Counter, Histogram]] = {}
        answers = Counter(
            "alsolike_answers",
            "Reads, by the step of the ladder that answered.",
            ["tier"],
            registry=self._registry,
        )
        self._answers = {tier: answers.labels(tier) for tier in tiers}
        self._failures = Counter(
            "alsolike_tier_failures",
            "Tries of a step of the ladder that failed.",
            ["tier"],
            registry=self._registry,
        )
        impressions = Counter(
            "alsolike_impressions",
            "Products of lists that were shown, and their clicks: written, or dropped because the "
            "database was away for too long.",
            ["outcome"],
            registry=self._registry,
        )
        self._impressions = {one: impressions.labels(one) for one in ("written", "dropped")}
        self._circuit = Gauge(
            "alsolike_circuit_state",
            "State of a circuit breaker: 0 closed, 1 being tried, 2 open.",
            ["circuit"],
            registry=self._registry,
            multiprocess_mode="livemax",
        )
        self._snapshot = Gauge(
            "alsolike_snapshot_created_timestamp_seconds",
            "When the rows of the local snapshot were read from the database; 0: there is none.",
            registry=self._registry,
            multiprocess_mode="livemin",
        )
        self._connections = Gauge(
            "alsolike_pool_connections",
            "Connections to Postgres, idle or in use.",
            ["pool", "state"],
            registry=self._registry,
            multiprocess_mode="livesum",
        )
        self._waiting = Gauge(
            "alsolike_pool_waiting",
            "Requests that wait for a connection.",
            ["pool"],
            registry=self._registry,
            multiprocess_mode="livesum",
        )

    def answered(self, tier: str) -> None:
        """Count a read."""
        self._answers[tier].inc()

    def failed(self, tier: str) -> None:
        """Count a failure of a step."""
        self._failures.labels(tier).inc()

    def impressions(self, outcome: Literal["written", "dropped"], count: int) -> None:
        """Count rows of the log of impressions."""
        self._impressions[outcome].inc(count)

    def circuit(self, name: str, state: str) -> None:
        """Note the state of a circuit."""
        self._circuit.labels(name).set(_STATES[state])

    def look(
        self,
        pools: dict[str, AsyncConnectionPool[Connection]],
        snapshot: LocalPointer | None,
    ) -> None:
        """Set the gauges of the pools, by name, and of the local snapshot."""
        for name, pool in pools.items():
            stats = pool.get_stats()
            size, idle = stats.get("pool_size", 0), stats.get("pool_available", 0)
            self._connections.labels(name, "idle").set(idle)
            self._connections.labels(name, "used").set(size - idle)
            self._waiting.labels(name).set(stats.get("requests_waiting", 0))
        self._snapshot.set(0 if snapshot is None else snapshot.created_at.timestamp())

    def text(self) -> bytes:
        """Return every number in Prometheus' text format, those of other processes included."""
        if self._folder is None:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=str(self._folder))  # pyright: ignore[reportUnknownMemberType]
        return generate_latest(registry)

    def _of_route(self, route: str, status: str) -> tuple[Counter, Histogram]:
        found = self._series.get((route, status))
        if found is None:
            found = self._requests.labels(route, status), self._seconds.labels(route)
            self._series[route, status] = found
        return found

    def metered(self, app: ASGIApp) -> ASGIApp:
        """Count what an app answers."""

        async def count(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            started = time.perf_counter()
            # The client went away before there was an answer.
            status = "none"

            async def note(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = str(message["status"])
                await send(message)

            try:
                await app(scope, receive, note)
            finally:
                route = scope.get("path_template") or _UNKNOWN_ROUTE
                counter, histogram = self._of_route(route, status)
                counter.inc()
                histogram.observe(time.perf_counter() - started)

        return count
