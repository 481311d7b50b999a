"""Embed everything that is stale: once in the foreground, or for ever as a worker."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, NamedTuple

from alsolike.database import connect, query, register_vectors
from alsolike.errors import EncoderError
from alsolike.locks import held
from alsolike.neighbours import write_all_neighbours
from alsolike.progress import Report, ignore_progress
from alsolike.runs import recorded_run
from alsolike.settings import Settings
from embed.actions import (
    build_index,
    write_actions,
    write_product_vectors,
    write_text_vectors,
)
from embed.claim import MAX_CLAIM, Key, check_documents, claim
from embed.encode import encode_each
from embed.encoder import Encoder, load_encoder
from embed.query_encoder import ensure_query_encoder
from embed.snapshot import is_missing, write_snapshot
from embed.tasks import (
    FINISH_TASK,
    REFRESH_TASK,
    SNAPSHOT_TASK,
    batch_app,
    batch_queue,
    queue_stale_documents,
    queue_task,
    refresh_queue,
    worker_app,
)
from embed.write import write_batch

_FINISHING = "alsolike finish"
_REFRESHING = "alsolike refresh"


@dataclass(frozen=True, slots=True)
class EmbedSummary:
    """What one run of `embed_all` did.

    Attributes
    ----------
    encoded, unchanged : int
        Texts that this run encoded, and texts that had a vector already.
    failed : int
        Texts that wait for another try; `ops.embedding_failures` says why.
    actions, vectors : int
        Products with an actions part, and products with a vector.
    index_built : bool
        Whether the vector index was built by this run.
    models : list of str
        The models whose vectors are up to date now: that of averaged parts, then the trained ones.
    seconds : float
        Wall-clock time of the run.
    documents_per_second : float
        Rate of encoding and writing texts; 0 where there was none.
    """

    encoded: int
    unchanged: int
    failed: int
    actions: int
    vectors: int
    index_built: bool
    models: list[str]
    seconds: float
    documents_per_second: float

    def as_dict(self) -> dict[str, Any]:
        """Return the counts by name."""
        return asdict(self)


class Target(NamedTuple):
    """The encoder and the model of averaged parts that texts are embedded for."""

    encoder: Encoder
    encoder_id: int
    model_id: int
    model: str


class Batches:
    """What the batch jobs of one process do, and how far they are.

    Attributes
    ----------
    encoded : int
        Texts that got a vector.
    error : Exception or None
        What ended a batch; the ones after it do nothing.
    """

    def __init__(self, target: Target, *, report: Report, is_raising: bool) -> None:
        self.encoded = 0
        self.error: Exception | None = None
        self.total = 0
        self._done = 0
        self._target = target
        self._report = report
        self._is_raising = is_raising

    def embed(self, keys: Sequence[Key], is_patient: bool) -> None:  # noqa: FBT001  (a job's argument)
        """Embed the documents that are still stale: claim, encode, write."""
        if self.error is not None:
            return
        try:
            for start in range(0, len(keys), MAX_CLAIM):
                self._embed(keys[start : start + MAX_CLAIM], is_patient=is_patient)
        # Kept for the caller: in the foreground it ends the command, in a worker the job.
        except Exception as error:
            if self._is_raising:
                raise
            self.error = error

    def _embed(self, keys: Sequence[Key], *, is_patient: bool) -> None:
        target = self._target
        with connect(autocommit=True, application_name="alsolike embed") as connection:
            register_vectors(connection)
            documents = claim(connection, target.encoder_id, keys, is_patient=is_patient)
            if documents:
                # No transaction is open here: the model may take its time.
                results = encode_each(target.encoder, [document.content for document in documents])
                failed = write_batch(connection, target.encoder_id, documents, results)
                self.encoded += len(documents) - failed
        self._done += len(keys)
        self._report("embed", min(self._done, self.total), self.total)


def embed_all(
    settings: Settings, *, report: Report, encoder: Encoder | None = None
) -> EmbedSummary:
    """Embed every stale text, then the actions, the vectors and their index.

    Parameters
    ----------
    encoder : Encoder, optional
        Instead of the one that the settings name.

    Raises
    ------
    EncoderError
        The encoder is not there, or is not the one that was expected.
    NoDocumentsError
        dbt has not built the documents yet.
    """
    started = time.monotonic()
    target = prepare(encoder or load_encoder(settings))
    documents = _count("embed/count_documents", {})
    batches = Batches(target, report=report, is_raising=False)
    app = batch_app(target.encoder_id, batches.embed)
    first = queued = queue_stale_documents(target.encoder_id, settings.embed_batch_size)
    batches.total = first
    while queued:
        app.run_worker(
            queues=[batch_queue(target.encoder_id)],
            wait=False,
            listen_notify=False,
            install_signal_handlers=False,
            delete_jobs="successful",
        )
        if batches.error is not None:
            raise batches.error
        # What is stale even now is in the hands of another worker: wait for it, or for its end.
        queued = queue_stale_documents(
            target.encoder_id, settings.embed_batch_size, is_patient=True
        )
    report("embed", first, first)
    seconds = time.monotonic() - started
    actions, vectors, _, is_built = finish(target, report=report)
    trained = write_text_vectors(target.encoder_id)
    return EmbedSummary(
        encoded=batches.encoded,
        unchanged=max(0, documents - first),
        failed=_count("embed/count_failures", {"encoder_id": target.encoder_id}),
        actions=actions,
        vectors=vectors,
        index_built=is_built,
        models=[target.model, *trained],
        seconds=round(time.monotonic() - started, 3),
        documents_per_second=round(batches.encoded / seconds, 1),
    )


def run_worker(settings: Settings) -> None:
    """Embed what becomes stale until the process is asked to stop (SIGTERM or SIGINT).

    It transforms, embeds, averages and refreshes the neighbours when it starts and every five
    minutes from then on, and writes a snapshot every hour. The batch at hand is finished before it
    stops. Any number may run side by side, on any number of hosts.
    """
    target = prepare(load_encoder(settings), needs_documents=False)
    batches = Batches(target, report=ignore_progress, is_raising=True)

    def refresh() -> None:
        from alsolike.transform import transform  # noqa: PLC0415  (dbt is slow to import)

        with held(_REFRESHING, is_patient=False) as is_ours:
            if not is_ours:
                return
            with recorded_run("worker", {"task": REFRESH_TASK}) as counts:
                transform(with_tests=False, report=ignore_progress)
                counts["queued"] = queue_stale_documents(
                    target.encoder_id, settings.embed_batch_size
                )
            queue_task(target.encoder_id, FINISH_TASK)

    def finish_and_write_neighbours() -> None:
        with recorded_run("worker", {"task": FINISH_TASK}) as counts:
            actions, vectors, changed, _ = finish(target, report=ignore_progress)
            counts.update(actions=actions, vectors=vectors, changed=changed)
            # A trained model only takes in what is new, which is quick where nothing is.
            models = write_text_vectors(target.encoder_id)
            if changed:
                models.append(target.model)
            counts["neighbours"] = sum(
                write_all_neighbours(
                    model=model, k=settings.neighbours_k, sessions=1, report=ignore_progress
                )
                for model in models
            )

    app = worker_app(
        target.encoder_id,
        batches.embed,
        refresh,
        finish_and_write_neighbours,
        partial(write_snapshot, settings),
    )
    queue_task(target.encoder_id, REFRESH_TASK, timestamp=int(time.time()))
    if is_missing(settings):
        queue_task(target.encoder_id, SNAPSHOT_TASK, timestamp=int(time.time()))
    app.run_worker(
        queues=[batch_queue(target.encoder_id), refresh_queue(target.encoder_id)],
        delete_jobs="successful",
    )


def prepare(encoder: Encoder, *, needs_documents: bool = True) -> Target:
    """Register the encoder and its model of averaged parts, or find them again."""
    described = {
        "name": encoder.name,
        "sha256": encoder.sha256,
        "dimension": encoder.dimension,
    }
    with connect() as connection:
        if needs_documents:
            check_documents(connection)
        connection.execute(query("ops/hold_in_transaction"), {"name": "alsolike models"})
        row = connection.execute(query("embed/ensure_encoder"), described).fetchone()
        encoder_id, dimension = (0, 0) if row is None else row
        if dimension != encoder.dimension:
            message = (
                f"The encoder {encoder.name} has {encoder.dimension} dimensions, but the same "
                f"weights were registered with {dimension}: check its configuration."
            )
            raise EncoderError(message)
        row = connection.execute(
            query("embed/ensure_average_model"), {"encoder_id": encoder_id}
        ).fetchone()
        model_id, model = (0, "") if row is None else row
    return Target(encoder, encoder_id, model_id, model)


def finish(target: Target, *, report: Report) -> tuple[int, int, int, bool]:
    """Bring actions, vectors and index up to date with the texts; one process at a time.

    The encoder's light copy for queries is made where there is none yet.

    Returns
    -------
    tuple
        Products with an actions part, products with a vector, vectors that changed, and whether
        the index was built.
    """
    with held(_FINISHING, is_patient=True):
        actions = write_actions(target.encoder_id, target.encoder.dimension, report=report)
        vectors, changed = write_product_vectors(target.encoder_id, target.model_id)
        report("vectors", vectors, vectors)
        is_built = build_index(target.model_id) if vectors else False
        ensure_query_encoder(target.encoder, target.encoder_id, report=report)
    return actions, vectors, changed, is_built


def _count(name: str, parameters: dict[str, Any]) -> int:
    with connect() as connection:
        row = connection.execute(query(name), parameters).fetchone()
    return 0 if row is None else int(row[0])
