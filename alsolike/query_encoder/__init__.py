"""The light copy of the encoder that turns queries into vectors, without torch.

The worker makes it (`embed.query_encoder`) and keeps it in the database; a process that answers
searches reads it from there (`api.search`), and checks and runs it with what is here.
"""

from alsolike.query_encoder.disk_copy import QueryEncoderRow, ReadPiece, load_query_encoder
from alsolike.query_encoder.encoder import (
    FILES,
    MODEL_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    QueryEncoder,
    QueryEncoderError,
    fingerprint_of,
)

__all__ = [
    "FILES",
    "MODEL_FILE",
    "TOKENIZER_FILE",
    "WEIGHTS_FILE",
    "QueryEncoder",
    "QueryEncoderError",
    "QueryEncoderRow",
    "ReadPiece",
    "fingerprint_of",
    "load_query_encoder",
]
