"""Embed everything that is stale, in the foreground, then end."""

import time
from dataclasses import asdict, dataclass
from typing import Any, LiteralString

import psycopg
from procrastinate.exceptions import ConnectorException

from alsolike.database import connect
from alsolike.errors import AlsolikeError, DatabaseUnavailableError
from alsolike.progress import Report
from alsolike.settings import Settings
from embed.batches import Batches, failures_text
from embed.encoder import Encoder
from embed.in_use import encoders_in_use
from embed.outage import first_line, quieten_queue
from embed.steps import finish
from embed.target import register_encoder
from embed.tasks import batch_app, batch_queue, queue_stale_documents


class MostFailedError(AlsolikeError):
    """Most of the texts of a run could not be embedded."""


@dataclass(frozen=True, slots=True)
class EmbedSummary:
    """What one run of `embed_all` did.

    Attributes
    ----------
    encoded, unchanged : int
        Texts that this run encoded, and texts that had a vector already.
    failed, failed_now : int
        Texts that wait for another try (`ops.embedding_failures`); how many of them this run tried.
    actions, vectors : int
        Products with an actions part, and products with a vector.
    models : list of str
        The models whose vectors are up to date now: that of averaged parts, then the trained ones.
    seconds, documents_per_second : float
        Wall-clock time of the run; the rate of encoding and writing texts.
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
            The encoder is more likely at fault than the texts.
        """
        if self.failed_now and self.failed_now >= self.encoded:
            raise MostFailedError(failures_text(self.failed_now, self.encoded, self.reason))


def embed_all(
    settings: Settings, *, report: Report, encoder: Encoder | None = None
) -> EmbedSummary:
    """Embed every stale text, with the serving model's encoder or another, then take all steps.

    Raises
    ------
    EncoderError
        The encoder is not there, or is not the one that was expected.
    NoDocumentsError
        dbt has not built the documents yet.
    """
    started = time.monotonic()
    target = register_encoder(encoder or encoders_in_use(settings)[0])
    documents = _number("select count(*) from marts.product_documents")
    batches = Batches(target, report=report, is_raising=False)
    quieten_queue()
    app = batch_app({target.encoder_id: batches.embed})
    stale = queued = queue_stale_documents(target.encoder_id, settings.embed_batch_size)
    batches.total = stale
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
        # Another worker holds what is stale even now: wait for its vectors, or for its end.
        queued = queue_stale_documents(
            target.encoder_id, settings.embed_batch_size, is_patient=True
        )
    report("embed", stale, stale)
    seconds = time.monotonic() - started
    counts = finish(target, report=report)
    return EmbedSummary(
        encoded=batches.encoded,
        unchanged=max(0, documents - stale),
        failed=_number(
            "select count(*) from ops.embedding_failures where encoder_id = %s", target.encoder_id
        ),
        failed_now=batches.failed,
        reason=batches.reason,
        actions=counts.actions,
        vectors=counts.vectors,
        index_built=counts.is_index_built,
        models=[target.model, *counts.trained_models],
        seconds=round(time.monotonic() - started, 3),
        documents_per_second=round(batches.encoded / seconds, 1),
    )


def _number(statement: LiteralString, *parameters: int) -> int:
    with connect() as connection:
        row = connection.execute(statement, parameters).fetchone()
    return 0 if row is None else int(row[0])
