"""The queue: procrastinate's tasks for encoders, and putting jobs onto it.

procrastinate's tables live in the schema `ops`. Each encoder has queues of its own, so that a
worker never gets the texts of another encoder.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, LiteralString, cast

import psycopg
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued

from alsolike.database import connect, lift_limits, query
from alsolike.locks import hold_lock_in
from alsolike.product_vectors import TEXT_PARTS
from alsolike.schemas import in_schemas
from embed.claim import Key

BATCH_TASK = "embed_batch"
REFRESH_TASK = "refresh"
FINISH_TASK = "finish"
SNAPSHOT_TASK = "snapshot"
PRIVACY_TASK = "privacy"

# In cron's notation: every five minutes; and once an hour, not at a minute of a refresh.
REFRESH_CRON = "*/5 * * * *"
SNAPSHOT_CRON = "33 * * * *"
PRIVACY_CRON = "3 * * * *"
# Who is to be forgotten goes first. Batches have 0: the finish waits until texts are embedded, a
# snapshot until the finish is done.
_PRIORITIES = {PRIVACY_TASK: 1, REFRESH_TASK: 0, FINISH_TASK: -1, SNAPSHOT_TASK: -2}
# How long the queue's pool waits for a connection; then the worker waits (`embed.outage`).
_CONNECT_SECONDS = 10.0
# Jobs that one statement adds to the queue.
_JOBS_AT_ONCE = 200

# The triggers of procrastinate's tables find its functions by the search path.
_QUEUE_SCHEMA = "set search_path = ops, public"

# Embeds the documents of a batch; the flag says whether to wait for other workers' documents.
EmbedBatch = Callable[[Sequence[Key], bool], None]


def batch_queue(encoder_id: int) -> str:
    """Return the name of the queue of an encoder's batches."""
    return f"embed-{encoder_id}"


def refresh_queue(encoder_id: int) -> str:
    """Return the name of the queue of the periodic work around an encoder's batches."""
    return f"refresh-{encoder_id}"


def batch_app(embed_batch: Mapping[int, EmbedBatch]) -> App:
    """Return an application with the task to embed batches, by encoder; it is not open yet."""
    connector = PsycopgConnector(
        conninfo="", configure=_begin, min_size=1, max_size=4, timeout=_CONNECT_SECONDS
    )
    app = App(connector=connector)

    def run_batch(*, encoder_id: int, keys: list[list[str]], is_patient: bool) -> None:
        embed_batch[encoder_id]([(product_id, part) for product_id, part in keys], is_patient)

    app.task(name=BATCH_TASK)(run_batch)
    return app


def worker_app(
    encoder_id: int,
    embed_batch: Mapping[int, EmbedBatch],
    refresh: Callable[[], None],
    finish: Callable[[], None],
    snapshot: Callable[[], None],
    privacy: Callable[[], None],
) -> App:
    """Return an application with all tasks of a worker; at most one job of each waits in the queue.

    `refresh` runs every five minutes and queues stale documents, `finish` runs after their batches,
    `snapshot` and `privacy` run once an hour. They are in the queue of the serving model's encoder;
    batches are embedded for every encoder in use.
    """
    app = batch_app(embed_batch)

    queue = refresh_queue(encoder_id)

    def add_task(name: str, work: Callable[[], None], cron: str | None = None) -> None:
        lock = f"{name}-{encoder_id}"

        # procrastinate passes the time at which a periodic job was due; the finish is not periodic.
        def run(timestamp: int = 0) -> None:  # noqa: ARG001
            work()

        task = app.task(name=name, queue=queue, priority=_PRIORITIES[name], queueing_lock=lock)(run)
        if cron is not None:
            app.periodic(cron=cron, periodic_id=f"{queue}-{name}")(task)

    add_task(REFRESH_TASK, refresh, REFRESH_CRON)
    add_task(SNAPSHOT_TASK, snapshot, SNAPSHOT_CRON)
    add_task(PRIVACY_TASK, privacy, PRIVACY_CRON)
    add_task(FINISH_TASK, finish)
    return app


async def _begin(connection: psycopg.AsyncConnection[Any]) -> None:
    """Begin a session of the queue."""
    await lift_limits(connection)
    # A connection of procrastinate's own, whose cursors know nothing of the prefix.
    await connection.execute(cast("LiteralString", in_schemas(_QUEUE_SCHEMA)))
    await connection.commit()


def queue_stale_documents(encoder_id: int, batch_size: int, *, is_patient: bool = False) -> int:
    """Queue every stale document, and remove the batches that wait or that a killed worker left.

    It is one transaction. Running jobs are left alone: they hold locks on their documents.

    Patient jobs wait for documents that other workers hold. Returns how many were queued.
    """
    queue = batch_queue(encoder_id)
    queued = 0
    with connect() as connection:
        connection.execute(_QUEUE_SCHEMA)
        hold_lock_in(connection, f"alsolike {queue}")
        connection.execute(
            query("embed/delete_stale_jobs"),
            {
                "batch_queue": queue,
                "task": BATCH_TASK,
                "queues": [queue, refresh_queue(encoder_id)],
            },
        )
        connection.execute(
            query("embed/delete_departed_texts"),
            {"encoder_id": encoder_id, "parts": list(TEXT_PARTS)},
        )
        producer = App(connector=SyncPsycopgConnector())
        deferrer = producer.configure_task(BATCH_TASK, queue=queue, connection=connection)
        with connection.cursor("stale_documents") as cursor:
            cursor.execute(query("embed/stale_documents"), {"encoder_id": encoder_id})
            while keys := cursor.fetchmany(batch_size * _JOBS_AT_ONCE):
                arguments: list[dict[str, Any]] = [
                    {
                        "encoder_id": encoder_id,
                        "keys": [list(key) for key in keys[start : start + batch_size]],
                        "is_patient": is_patient,
                    }
                    for start in range(0, len(keys), batch_size)
                ]
                deferrer.batch_defer(*arguments)
                queued += len(keys)
    return queued


def queue_task(encoder_id: int, task: str) -> None:
    """Queue a task other than a batch, unless one waits already."""
    app = App(connector=SyncPsycopgConnector())
    with suppress(AlreadyEnqueued), connect() as connection:
        connection.execute(_QUEUE_SCHEMA)
        app.configure_task(
            task,
            queue=refresh_queue(encoder_id),
            queueing_lock=f"{task}-{encoder_id}",
            priority=_PRIORITIES[task],
            connection=connection,
        ).defer()


def delete_jobs(connection: psycopg.Connection[Any], encoder_id: int) -> None:
    """Remove the jobs of an encoder that wait; the caller commits."""
    connection.execute(_QUEUE_SCHEMA)
    connection.execute(
        query("embed/delete_jobs_of_encoder"),
        {"queues": [batch_queue(encoder_id), refresh_queue(encoder_id)]},
    )
