"""The queue: procrastinate's tasks for one encoder, and how batches get onto it.

procrastinate's tables live in the schema `ops`. Each encoder has queues of its own, so that a
worker never gets texts that are meant for another encoder.
"""

from collections.abc import Callable, Sequence
from typing import Any

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued

from alsolike.database import connect, query
from alsolike.product_vectors import TEXT_PARTS
from embed.claim import Key

BATCH_TASK = "embed_batch"
REFRESH_TASK = "refresh"
FINISH_TASK = "finish"
SNAPSHOT_TASK = "snapshot"

# How often a worker looks for changes, in cron's notation: every five minutes.
REFRESH_CRON = "*/5 * * * *"
# How often one of the workers exports a snapshot: once an hour, apart from the refresh.
SNAPSHOT_CRON = "33 * * * *"
# Below the batches' priority of 0: products are averaged once their texts are embedded.
_FINISH_PRIORITY = -1
# Below both: a snapshot is of neighbours that are up to date.
_SNAPSHOT_PRIORITY = -2
_PRIORITIES = {REFRESH_TASK: 0, FINISH_TASK: _FINISH_PRIORITY, SNAPSHOT_TASK: _SNAPSHOT_PRIORITY}
# How long the queue's pool waits for a connection; whoever uses it knows how to go on.
_CONNECT_SECONDS = 10.0
# Jobs that are sent to the server at once.
_JOBS_AT_ONCE = 200

_QUEUE_SCHEMA = {"options": "-c search_path=ops,public"}

# What a batch job does with its documents; the flag says whether to wait for other workers.
EmbedBatch = Callable[[Sequence[Key], bool], None]


def batch_queue(encoder_id: int) -> str:
    """Return the name of the queue of an encoder's batches."""
    return f"embed-{encoder_id}"


def refresh_queue(encoder_id: int) -> str:
    """Return the name of the queue of the periodic work around an encoder's batches."""
    return f"refresh-{encoder_id}"


def batch_app(encoder_id: int, embed_batch: EmbedBatch) -> App:
    """Return an application that knows how to embed batches of an encoder; it is not open yet."""
    connector = PsycopgConnector(
        conninfo="", kwargs=_QUEUE_SCHEMA, min_size=1, max_size=4, timeout=_CONNECT_SECONDS
    )
    app = App(connector=connector)

    def run_batch(*, keys: list[list[str]], is_patient: bool) -> None:
        embed_batch([(product_id, part) for product_id, part in keys], is_patient)

    app.task(name=BATCH_TASK, queue=batch_queue(encoder_id))(run_batch)
    return app


def worker_app(
    encoder_id: int,
    embed_batch: EmbedBatch,
    refresh: Callable[[], None],
    finish: Callable[[], None],
    snapshot: Callable[[], None],
) -> App:
    """Return an application that also looks for changes every five minutes.

    `refresh` queues stale documents, `finish` runs after their batches, `snapshot` once an hour. At
    most one of each waits in the queue.
    """
    app = batch_app(encoder_id, embed_batch)
    queue = refresh_queue(encoder_id)

    def run_refresh(timestamp: int) -> None:  # noqa: ARG001  (procrastinate passes it)
        refresh()

    app.periodic(cron=REFRESH_CRON, periodic_id=queue)(
        app.task(name=REFRESH_TASK, queue=queue, queueing_lock=f"{REFRESH_TASK}-{encoder_id}")(
            run_refresh
        )
    )

    def run_snapshot(timestamp: int) -> None:  # noqa: ARG001  (procrastinate passes it)
        snapshot()

    app.periodic(cron=SNAPSHOT_CRON, periodic_id=f"{queue}-{SNAPSHOT_TASK}")(
        app.task(
            name=SNAPSHOT_TASK,
            queue=queue,
            priority=_SNAPSHOT_PRIORITY,
            queueing_lock=f"{SNAPSHOT_TASK}-{encoder_id}",
        )(run_snapshot)
    )
    app.task(
        name=FINISH_TASK,
        queue=queue,
        priority=_FINISH_PRIORITY,
        queueing_lock=f"{FINISH_TASK}-{encoder_id}",
    )(finish)
    return app


def queue_stale_documents(encoder_id: int, batch_size: int, *, is_patient: bool = False) -> int:
    """Put every stale document onto the queue, in the place of all batches that wait there.

    It is one transaction: what a killed worker left behind goes, and all that is stale by its hash
    comes anew. Jobs that are running are left alone; they lock their documents.

    Parameters
    ----------
    batch_size : int
        Documents of one job.
    is_patient : bool
        The jobs wait for documents that other workers hold.

    Returns
    -------
    int
        How many documents were queued.
    """
    queue = batch_queue(encoder_id)
    queued = 0
    with connect() as connection:
        # The triggers on procrastinate's tables find each other by the search path.
        connection.execute("set local search_path = ops, public")
        connection.execute(query("alsolike/hold_in_transaction"), {"name": f"alsolike {queue}"})
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
                        "keys": [list(key) for key in keys[start : start + batch_size]],
                        "is_patient": is_patient,
                    }
                    for start in range(0, len(keys), batch_size)
                ]
                deferrer.batch_defer(*arguments)
                queued += len(keys)
    return queued


def queue_task(encoder_id: int, task: str, **arguments: Any) -> None:
    """Queue a refresh, its finish or a snapshot, unless one waits already."""
    connector = SyncPsycopgConnector(conninfo="", kwargs=_QUEUE_SCHEMA, min_size=1, max_size=1)
    with App(connector=connector).open() as app:
        deferrer = app.configure_task(
            task,
            queue=refresh_queue(encoder_id),
            queueing_lock=f"{task}-{encoder_id}",
            priority=_PRIORITIES[task],
        )
        try:
            deferrer.defer(**arguments)
        except AlreadyEnqueued:
            return
