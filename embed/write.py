"""Write a batch, its vectors and its failures, in one transaction."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from pgvector import HalfVector

from alsolike.database import query
from embed.claim import Document


def write_batch(
    connection: psycopg.Connection[Any],
    encoder_id: int,
    documents: Sequence[Document],
    results: Sequence[NDArray[np.float32] | str],
) -> None:
    """Keep a vector, or the reason why there is none, for each document.

    Parameters
    ----------
    connection : Connection
        With pgvector's types registered.
    results : sequence
        As from `encode_each`, in the order of the documents.
    """
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
