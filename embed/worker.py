"""The worker: keep features, vectors, neighbours and snapshots fresh until it is asked to stop."""

import asyncio
import logging
import time
from collections.abc import Callable
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
from embed.in_use import due_switch, encoders_in_use, known_encoders
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

    When it starts and every five minutes it pulls from the shop's tables, transforms, embeds with
    the encoders in use (`embed.in_use`), takes the steps of `embed.steps` and updates the
    neighbours; every hour it writes a snapshot and keeps erased shoppers away, and every night it
    drops what is too old. Before it stops it ends the running job. Where the settings name an
    encoder that is not in use, a line in the log says that a switch is due. Any number of workers
    may run at once, on any number of hosts.

    When the database is lost the worker waits for it and begins the running job again; what the job
    had written is not written twice.

    Raises
    ------
    DatabaseUnavailableError
        The database was away for longer than ten minutes.
    WorkerError
        The queue cannot be worked on.
    """
    if due := due_switch(settings):
        logger.warning("%s", due)
    close_abandoned_runs()
    outage = Outage(PATIENCE_SECONDS)
    quieten_queue()
    while _work_with_encoders_in_use(settings, outage):
        logger.warning("Other encoders are in use than before: the worker begins anew with them.")


def _work_with_encoders_in_use(settings: Settings, outage: Outage) -> bool:
    """Work until asked to stop, or until other encoders are in use; return whether they are."""
    known = known_encoders()
    targets = [
        register_encoder(encoder, needs_documents=False) for encoder in encoders_in_use(settings)
    ]
    serving = targets[0]
    in_use = [one.encoder_id for one in known] or [serving.encoder_id]
    batches = {
        target.encoder_id: Batches(target, report=ignore_progress, is_raising=True)
        for target in targets
    }
    renewal = Renewal()

    def is_renewed() -> bool:
        """End the work where other encoders are in use; a new shop's first is the one we have."""
        now = [one.encoder_id for one in known_encoders()]
        if now and now != in_use:
            renewal.ask()
        return renewal.is_asked

    def refresh() -> None:
        from alsolike.transform import transform  # noqa: PLC0415  (dbt is slow to import)

        if is_renewed():
            return
        with hold_lock(_REFRESHING, is_patient=False) as is_ours:
            if not is_ours:
                return
            pull_if_due(settings.pull)
            with recorded_run("worker", {"task": REFRESH_TASK}) as counts:
                transform(with_tests=False, report=ignore_progress)
                counts["queued"] = sum(
                    queue_stale_documents(target.encoder_id, settings.embed_batch_size)
                    for target in targets
                )
            queue_task(serving.encoder_id, FINISH_TASK)

    def finish_and_write_neighbours() -> None:
        if is_renewed():
            return
        for target in targets:
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
        serving.encoder_id,
        {number: outage.retry_on_loss(batch.embed) for number, batch in batches.items()},
        outage.retry_on_loss(refresh),
        outage.retry_on_loss(finish_and_write_neighbours),
        outage.retry_on_loss(partial(write_snapshot, settings)),
        outage.retry_on_loss(partial(forget, settings)),
    )
    queue_task(serving.encoder_id, PRIVACY_TASK)
    queue_task(serving.encoder_id, REFRESH_TASK)
    if is_missing(settings):
        queue_task(serving.encoder_id, SNAPSHOT_TASK)
    queues = [*map(batch_queue, batches), refresh_queue(serving.encoder_id)]
    asyncio.run(_work(app, queues, outage, renewal))
    return renewal.is_asked


class Renewal:
    """Ends the loop of a worker from one of its jobs, which run in threads."""

    def __init__(self) -> None:
        self.is_asked = False
        self._end: Callable[[], object] = bool

    def end_with(self, end: Callable[[], object]) -> None:
        """Say what ends the loop; it is called from a thread."""
        self._end = end

    def ask(self) -> None:
        """Let the worker end its running job and begin anew."""
        self.is_asked = True
        self._end()


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


async def _work(app: App, queues: list[str], outage: Outage, renewal: Renewal) -> None:
    """Work on the queues until asked to stop or renewed; wait when the database is lost."""
    stop = asyncio.Event()
    renewal.end_with(partial(asyncio.get_running_loop().call_soon_threadsafe, stop.set))

    def ask_to_stop() -> None:
        renewal.is_asked = False
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
