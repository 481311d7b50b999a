"""The encoder that texts are embedded with, as the database knows it."""

from typing import NamedTuple

from alsolike.database import connect, query
from alsolike.errors import EncoderError
from alsolike.locks import hold_lock_in
from alsolike.models import ensure_average_model
from embed.claim import check_documents
from embed.encoder import MOST_DIMENSIONS, Encoder, SentenceEncoder


class Target(NamedTuple):
    """An encoder, and its model of averaged parts: the ids of their rows, the model's name."""

    encoder: Encoder
    encoder_id: int
    model_id: int
    model: str


def register_encoder(encoder: Encoder, *, needs_documents: bool = True) -> Target:
    """Register the encoder and its model of averaged parts, or find them again.

    Raises
    ------
    EncoderError
        Its weights are damaged, or its vectors are longer than pgvector can index.
    NoDocumentsError
        The documents are needed and dbt has not built them yet.
    """
    parameters = {
        "name": encoder.name,
        "revision": encoder.revision,
        "sha256": encoder.sha256,
        "document_prompt": encoder.prompts.document,
        "query_prompt": encoder.prompts.query,
        "pooling": encoder.pooling,
        "dimension": encoder.dimension,
    }
    with connect() as connection:
        if needs_documents:
            check_documents(connection)
        if encoder.dimension > MOST_DIMENSIONS:
            message = (
                f"The encoder {encoder.name} has {encoder.dimension:,} dimensions, but pgvector "
                f"indexes at most {MOST_DIMENSIONS:,}."
            )
            raise EncoderError(message)
        known = connection.execute(query("embed/find_encoder"), parameters).fetchone()
        if known is None and isinstance(encoder, SentenceEncoder):
            # Damaged weights are noticed here, before anything is written for them.
            encoder.loaded()
        hold_lock_in(connection, "alsolike models")
        # Another process may have added it meanwhile.
        row = connection.execute(query("embed/find_encoder"), parameters).fetchone()
        if row is None:
            row = connection.execute(query("embed/add_encoder"), parameters).fetchone()
        assert row is not None  # noqa: S101  (found or added)
        (encoder_id,) = row
        connection.execute(
            query("embed/set_pooling"), {"encoder_id": encoder_id, "pooling": encoder.pooling}
        )
        model_id, model = ensure_average_model(connection, encoder_id)
    return Target(encoder, encoder_id, model_id, model)
