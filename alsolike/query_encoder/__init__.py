"""The light copy of the encoder that turns queries into vectors, without torch.

The worker makes it (`embed.query_encoder`) and keeps it in the database; whoever answers searches
fetches it from there, checks it, and runs it.
"""

from alsolike.query_encoder.encoder import (
    FILES,
    MODEL_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    QueryEncoder,
    QueryEncoderError,
    fingerprint_of,
)
from alsolike.query_encoder.store import Described, ReadPiece, load_query_encoder

__all__ = [
    "FILES",
    "MODEL_FILE",
    "TOKENIZER_FILE",
    "WEIGHTS_FILE",
    "Described",
    "QueryEncoder",
    "QueryEncoderError",
    "ReadPiece",
    "fingerprint_of",
    "load_query_encoder",
]
