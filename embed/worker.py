"""The worker: keep features, vectors, neighbours and snapshots fresh until it is asked to stop."""

import asyncio
import logging
import time
from functools import partial

import psycopg
from procrastinate import App
from procrastinate.exceptions import ConnectorException
from procrastinate.signals import on_stop

from alsolike.errors import AlsolikeError, SnapshotError
from alsolike.locks import hold_lock
from alsolike.neighbours import write_all_neighbours
from alsolike.privacy.copies import ListCopyError, merge_copies
from alsolike.privacy.erased import ErasureKeyError
from alsolike.privacy.follow_up import refresh_statistics, settle, sweep
from alsolike.privacy.retain import is_due, retain
from alsolike.progress import ignore_progress
from alsolike.pull import pull_if_due
from alsolike.runs import close_abandoned_runs, recorded_run
from alsolike.settings import Settings
from alsolike.snapshot.export import export_snapshot
from alsolike.snapshot.fetch import fetch_snapshot
from alsolike.snapshot.local_file import read_pointer, snapshot_folder
from embed.batches import Batches
from embed.encoder import load_encoder
from embed.outage import Outage, StoppedError, first_line, is_loss, quieten_queue
from embed.steps import finish
from embed.target import register_encoder
from embed.tasks import (
    FINISH_TASK,
    PRIVACY_TASK,
    REFRESH_TASK,
    SNAPSHOT_TASK,
    batch_queue,
    queue_stale_documents,
    queue_task,
    refresh_queue,
    worker_app,
)

logger = logging.getLogger("alsolike.worker")

# How long the database may be away before the worker ends with an error.
PATIENCE_SECONDS = 600.0

_REFRESHING = "alsolike refresh"
# Without a loss of the database the queue does not end by itself. If it ends within so many seconds
# so many times in a row, the queue is broken.
_SHORT_RUN_SECONDS = 5.0
_MOST_SHORT_RUNS = 5


class WorkerError(AlsolikeError):
    """The queue ends again and again although the database answers."""


def run_worker(settings: Settings) -> None:
    """Embed what becomes stale, until SIGTERM or SIGINT.

    When it starts and every five minutes it pulls from the shop's tables, transforms, embeds, takes
    the steps of `embed.steps` and updates the neighbours; every hour it writes a snapshot and keeps
    erased shoppers away, and every night it drops what is too old. Before it stops it ends the
    running job. Any number of workers may run at once, on any number of hosts.

    When the database is lost the worker waits for it and begins the running job again; what the job
    had written is not written twice.

    Raises
    ------
    DatabaseUnavailableError
        The database was away for longer than ten minutes.
    WorkerError
        The queue cannot be worked on.
    """
    target = register_encoder(load_encoder(settings), needs_documents=False)
    close_abandoned_runs()
    batches = Batches(target, report=ignore_progress, is_raising=True)
    outage = Outage(PATIENCE_SECONDS)

    def refresh() -> None:
        from alsolike.transform import transform  # noqa: PLC0415  (dbt is slow to import)

        with hold_lock(_REFRESHING, is_patient=False) as is_ours:
            if not is_ours:
                return
            pull_if_due(settings.pull)
            with recorded_run("worker", {"task": REFRESH_TASK}) as counts:
                transform(with_tests=False, report=ignore_progress)
                counts["queued"] = queue_stale_documents(
                    target.encoder_id, settings.embed_batch_size
                )
            queue_task(target.encoder_id, FINISH_TASK)

    def finish_and_write_neighbours() -> None:
        with recorded_run("worker", {"task": FINISH_TASK}) as counts:
            done = finish(target, report=ignore_progress)
            counts.update(actions=done.actions, vectors=done.vectors, changed=done.changed)
            # Trained models only take in new products, which is quick where there are none.
            averaged = [target.model] if done.changed else []
            counts["neighbours"] = sum(
                write_all_neighbours(
                    model=model, k=settings.neighbours_k, sessions=1, report=ignore_progress
                )
                for model in (*done.trained_models, *averaged)
            )

    app = worker_app(
        target.encoder_id,
        outage.retry_on_loss(batches.embed),
        outage.retry_on_loss(refresh),
        outage.retry_on_loss(finish_and_write_neighbours),
        outage.retry_on_loss(partial(write_snapshot, settings)),
        outage.retry_on_loss(partial(forget, settings)),
    )
    queue_task(target.encoder_id, PRIVACY_TASK)
    queue_task(target.encoder_id, REFRESH_TASK)
    if is_missing(settings):
        queue_task(target.encoder_id, SNAPSHOT_TASK)
    queues = [batch_queue(target.encoder_id), refresh_queue(target.encoder_id)]
    quieten_queue()
    asyncio.run(_work(app, queues, outage))


def is_missing(settings: Settings) -> bool:
    """Tell whether this machine's disk holds no snapshot that could be read."""
    try:
        return read_pointer(snapshot_folder(settings.home)) is None
    except SnapshotError:
        return True


def write_snapshot(settings: Settings) -> None:
    """Export the catalogue as it is, then fetch it.

    A failure is one line in the log and a failed run in `ops.runs`: the site keeps the snapshot
    that it has, and the next hour tries again.
    """
    try:
        with recorded_run("worker", {"task": "snapshot"}) as counts:
            manifest = export_snapshot(settings, report=ignore_progress)
            fetch_snapshot(settings, report=ignore_progress)
            counts.update(snapshot=manifest.snapshot_id, rows=manifest.row_count)
    except SnapshotError as error:
        logger.warning("No snapshot was written: %s", error)


def forget(settings: Settings) -> None:
    """Keep erased shoppers away, note what is done without them, and at night drop what is old.

    What stands in the way of it is one line in the log; the next hour tries again.
    """
    try:
        merge_copies(settings, with_s3=True)
        if came_back := sweep():
            logger.warning("%s erased shoppers were there again, and were erased.", came_back)
    except (ErasureKeyError, ListCopyError) as error:
        logger.error("Erased shoppers may come back: %s", error)  # noqa: TRY400  (no bug of ours)
    refresh_statistics()
    settle()
    if is_due():
        with recorded_run("worker", {"task": "retain"}) as counts:
            counts.update(retain(settings))


async def _work(app: App, queues: list[str], outage: Outage) -> None:
    """Work on the queues until asked to stop; wait when the database is lost."""
    stop = asyncio.Event()

    def ask_to_stop() -> None:
        outage.stop()
        stop.set()

    short_runs = 0
    with on_stop(ask_to_stop):
        while True:
            since = time.monotonic()
            reason, is_lost = await _work_until_it_ends(app, queues, stop)
            if stop.is_set():
                return
            short_runs = short_runs + 1 if time.monotonic() - since < _SHORT_RUN_SECONDS else 0
            if short_runs >= _MOST_SHORT_RUNS:
                message = (
                    f"The queue ended {short_runs} times in a row as soon as it began ({reason}): "
                    "see the database's log, and that `alsolike migrate` has run."
                )
                raise WorkerError(message)
            if not is_lost:
                # For example, this process was suspended and other workers removed it as dead.
                logger.warning("The queue ended (%s): the worker begins anew.", reason)
                continue
            try:
                await asyncio.to_thread(outage.wait, reason, since=since)
            except StoppedError:
                return


async def _work_until_it_ends(app: App, queues: list[str], stop: asyncio.Event) -> tuple[str, bool]:
    """Work until the queue ends or we are asked to stop.

    Returns the reason why it ended, and whether the database was lost.
    """
    try:
        async with app.open_async():
            work = asyncio.create_task(
                app.run_worker_async(
                    queues=queues, delete_jobs="successful", install_signal_handlers=False
                )
            )
            asked = asyncio.create_task(stop.wait())
            await asyncio.wait({work, asked}, return_when=asyncio.FIRST_COMPLETED)
            asked.cancel()
            if not work.done():
                # procrastinate ends the running job first.
                work.cancel()
            try:
                await work
            except asyncio.CancelledError:
                if not stop.is_set():
                    raise
    except (ConnectorException, psycopg.OperationalError) as error:
        return first_line(error), is_loss(error)
    # One of procrastinate's side tasks failed, which ends it without an error.
    return "the connection was lost", True
