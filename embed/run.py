"""Embed everything that is stale, in the foreground; what it shares with the worker."""

import logging
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import psycopg
from procrastinate.exceptions import ConnectorException

from alsolike.database import connect, query, register_vectors
from alsolike.errors import AlsolikeError, DatabaseUnavailableError, EncoderError
from alsolike.locks import held
from alsolike.progress import Report
from alsolike.settings import Settings
from embed.actions import (
    build_index,
    write_actions,
    write_product_vectors,
    write_text_vectors,
)
from embed.claim import MAX_CLAIM, Key, check_documents, claim
from embed.encode import encode_each
from embed.encoder import Encoder, SentenceEncoder, load_encoder
from embed.outage import first_line, quieten_queue
from embed.query_encoder import ensure_query_encoder
from embed.tasks import (
    batch_app,
    batch_queue,
    queue_stale_documents,
)
from embed.write import write_batch

logger = logging.getLogger("alsolike.embed")

_FINISHING = "alsolike finish"


@dataclass(frozen=True, slots=True)
class EmbedSummary:
    """What one run of `embed_all` did.

    Attributes
    ----------
    encoded, unchanged : int
        Texts that this run encoded, and texts that had a vector already.
    failed : int
        Texts that wait for another try; `ops.embedding_failures` says why.
    failed_now : int
        How many of them this run tried.
    reason : str or None
        Why the last of those failed.
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
    failed_now: int
    reason: str | None
    actions: int
    vectors: int
    index_built: bool
    models: list[str]
    seconds: float
    documents_per_second: float

    def as_dict(self) -> dict[str, Any]:
        """Return the counts by name."""
        return asdict(self)

    def require_most(self) -> None:
        """Refuse a run in which no more texts were embedded than failed.

        Raises
        ------
        MostFailedError
            What is at fault is hardly the texts.
        """
        if self.failed_now and self.failed_now >= self.encoded:
            raise MostFailedError(_told(self.failed_now, self.encoded, self.reason))


class MostFailedError(AlsolikeError):
    """Most of the texts of a run could not be embedded."""


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
    encoded, failed : int
        Texts that got a vector, and texts that did not.
    reason : str or None
        Why the last of those failed.
    error : Exception or None
        What ended a batch; the ones after it do nothing.
    """

    def __init__(self, target: Target, *, report: Report, is_raising: bool) -> None:
        self.encoded = 0
        self.failed = 0
        self.reason: str | None = None
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
                self._note([result for result in results if isinstance(result, str)], results)
        self._done += len(keys)
        self._report("embed", min(self._done, self.total), self.total)

    def _note(self, reasons: Sequence[str], results: Sequence[object]) -> None:
        if not reasons:
            return
        self.failed += len(reasons)
        self.reason = reasons[-1]
        embedded = len(results) - len(reasons)
        # In the foreground the command tells it at its end.
        if self._is_raising and len(reasons) >= embedded:
            logger.warning("%s", _told(len(reasons), embedded, self.reason))


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
    quieten_queue()
    app = batch_app(target.encoder_id, batches.embed)
    first = queued = queue_stale_documents(target.encoder_id, settings.embed_batch_size)
    batches.total = first
    while queued:
        try:
            app.run_worker(
                queues=[batch_queue(target.encoder_id)],
                wait=False,
                listen_notify=False,
                install_signal_handlers=False,
                delete_jobs="successful",
            )
        except (ConnectorException, psycopg.OperationalError) as error:
            message = (
                f"The database was lost while texts were embedded: {first_line(error)}. What was "
                "embedded is kept: run it again."
            )
            raise batches.error or DatabaseUnavailableError(message) from error
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
        failed_now=batches.failed,
        reason=batches.reason,
        actions=actions,
        vectors=vectors,
        index_built=is_built,
        models=[target.model, *trained],
        seconds=round(time.monotonic() - started, 3),
        documents_per_second=round(batches.encoded / seconds, 1),
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
        known = connection.execute(query("embed/is_known_encoder"), described).fetchone()
        if known != (True,) and isinstance(encoder, SentenceEncoder):
            # Weights that are not whole are found out before anything is written for them.
            encoder.loaded()
        connection.execute(query("alsolike/hold_in_transaction"), {"name": "alsolike models"})
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


def _told(failed: int, embedded: int, reason: str | None) -> str:
    return (
        f"{failed:,} of {failed + embedded:,} texts could not be embedded; the last one: {reason} "
        "ops.embedding_failures has each one's reason."
    )


def _count(name: str, parameters: dict[str, Any]) -> int:
    with connect() as connection:
        row = connection.execute(query(name), parameters).fetchone()
    return 0 if row is None else int(row[0])
