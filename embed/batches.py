"""Batches of texts: claim, encode, write."""

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from pgvector import HalfVector

from alsolike.database import connect, query, register_vectors
from alsolike.progress import Report
from alsolike.schemas import in_schemas
from embed.claim import MAX_CLAIM, Document, Key, claim_documents
from embed.encode import encode_each
from embed.target import Target

logger = logging.getLogger("alsolike.embed")


class Batches:
    """What the batch jobs of one process do, and how far they are.

    Attributes
    ----------
    encoded, failed, total : int
        Texts that got a vector, that did not, and that were queued.
    reason : str or None
        Why the last text that failed did.
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
        # In the foreground the caller ends the command with it; in a worker it ends the job.
        except Exception as error:
            if self._is_raising:
                raise
            self.error = error

    def _embed(self, keys: Sequence[Key], *, is_patient: bool) -> None:
        target = self._target
        with connect(autocommit=True, application_name="alsolike embed") as connection:
            register_vectors(connection)
            documents = claim_documents(connection, target.encoder_id, keys, is_patient=is_patient)
            if documents:
                # No transaction is open here: the model may take its time.
                results = encode_each(target.encoder, [document.content for document in documents])
                _write(connection, target.encoder_id, documents, results)
                self._count(results)
        self._done += len(keys)
        self._report("embed", min(self._done, self.total), self.total)

    def _count(self, results: Sequence[object]) -> None:
        reasons = [result for result in results if isinstance(result, str)]
        encoded = len(results) - len(reasons)
        self.encoded += encoded
        if not reasons:
            return
        self.failed += len(reasons)
        self.reason = reasons[-1]
        # In the foreground the command reports it once, at its end.
        if self._is_raising and len(reasons) >= encoded:
            logger.warning("%s", failures_text(len(reasons), encoded, self.reason))


def _write(
    connection: psycopg.Connection[Any],
    encoder_id: int,
    documents: Sequence[Document],
    results: Sequence[NDArray[np.float32] | str],
) -> None:
    """Keep a vector, or the reason why there is none, for each document, in one transaction."""
    embedded: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    for document, result in zip(documents, results, strict=True):
        row = {
            "encoder_id": encoder_id,
            "product_id": document.product_id,
            "part": document.part,
            "content_hash": document.content_hash,
        }
        if isinstance(result, str):
            failed.append({**row, "reason": result})
        else:
            embedded.append({**row, "embedding": HalfVector(result)})
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(query("embed/write_embedding"), embedded)
        cursor.executemany(query("embed/write_failure"), failed)


def failures_text(failed: int, encoded: int, reason: str | None) -> str:
    """Return a sentence about the texts that failed, why the last one did, and where to look."""
    return (
        f"{failed:,} of {failed + encoded:,} texts could not be embedded; the last one: {reason} "
        f"{in_schemas('ops.embedding_failures')} has each one's reason."
    )
