"""Product vectors: which parts of a product a model averages, and writing what changed."""

from collections.abc import Sequence
from typing import Any

import psycopg

from alsolike.database import query

# Trained models average the texts alone: what shoppers did is in their neighbours, so that a
# product that nobody has acted on yet lives in the same space.
TEXT_PARTS = ("name", "details")
ALL_PARTS = (*TEXT_PARTS, "actions")


def write_product_vectors(
    connection: psycopg.Connection[Any], *, model_id: int, encoder_id: int, parts: Sequence[str]
) -> int:
    """Write the vectors of a model that changed, from `TEXT_PARTS` or `ALL_PARTS`.

    Return how many were written or removed. The caller commits.
    """
    parameters = {"model_id": model_id, "encoder_id": encoder_id, "parts": list(parts)}
    row = connection.execute(query("alsolike/write_product_vectors"), parameters).fetchone()
    return 0 if row is None else int(row[0])
