"""Claim stale texts for one worker.

Content hashes decide what is stale, never the queue: a job that runs twice, or one whose worker was
killed, embeds nothing twice and leaves nothing out. While a text is encoded its worker holds an
advisory lock, so that no other worker takes it; the lock ends with the database session, however
the worker ends.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import args_row

from alsolike.database import query
from alsolike.errors import AlsolikeError

# Locks held at once by one worker: Postgres keeps room for 6,400 in its default settings.
MAX_CLAIM = 256

# Product id and part of a document.
Key = tuple[str, str]


class NoDocumentsError(AlsolikeError):
    """There are no documents to embed yet: run `alsolike transform` first."""


class Document(NamedTuple):
    """A text to embed; `content_hash` is of the content and of what it was made by."""

    product_id: str
    part: str
    content: str
    content_hash: str


def check_documents(connection: psycopg.Connection[Any]) -> None:
    """Raise `NoDocumentsError` when dbt has not built the documents."""
    row = connection.execute("select to_regclass('marts.product_documents')").fetchone()
    if row is None or row[0] is None:
        raise NoDocumentsError


def claim_documents(
    connection: psycopg.Connection[Any], encoder_id: int, keys: Sequence[Key], *, is_patient: bool
) -> list[Document]:
    """Lock those of the keys that are still stale and return their texts.

    Parameters
    ----------
    connection : Connection
        In autocommit mode; closing it gives the documents back.
    keys : sequence of Key
        At most `MAX_CLAIM` documents.
    is_patient : bool
        Wait for documents that another worker holds, instead of leaving them to it.
    """
    parameters = {**_columns(encoder_id, keys), "is_patient": is_patient}
    locked = connection.execute(query("embed/lock_documents"), parameters).fetchall()
    with connection.cursor(row_factory=args_row(Document)) as cursor:
        cursor.execute(
            query("embed/claimed_documents"),
            _columns(encoder_id, [(product_id, part) for product_id, part in locked]),
        )
        return cursor.fetchall()


def _columns(encoder_id: int, keys: Sequence[Key]) -> dict[str, Any]:
    return {
        "encoder_id": encoder_id,
        "product_ids": [product_id for product_id, _ in keys],
        "parts": [part for _, part in keys],
    }
