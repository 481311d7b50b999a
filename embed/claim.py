"""Claim texts: what is stale, and whose turn it is.

What is stale is decided by comparing content hashes, never by what the queue says: a job that is
run twice, or one whose worker was killed, embeds nothing twice and leaves nothing out. While a text
is being encoded its worker holds an advisory lock, so that no other takes the same one; the lock
belongs to the database session and goes with it, however the worker ends.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import class_row

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
    row = connection.execute(query("embed/has_documents")).fetchone()
    if row != (True,):
        raise NoDocumentsError


def claim(
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
    name = "embed/wait_for_documents" if is_patient else "embed/lock_documents"
    held = connection.execute(query(name), _columns(encoder_id, keys)).fetchall()
    with connection.cursor(row_factory=class_row(Document)) as cursor:
        cursor.execute(
            query("embed/claimed_documents"),
            _columns(encoder_id, [(product_id, part) for product_id, part in held]),
        )
        return cursor.fetchall()


def _columns(encoder_id: int, keys: Sequence[Key]) -> dict[str, Any]:
    return {
        "encoder_id": encoder_id,
        "product_ids": [product_id for product_id, _ in keys],
        "parts": [part for _, part in keys],
    }
