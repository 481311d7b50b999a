"""What is written about the products, and the encoder's vectors of it."""

from alsolike.texts.descriptions import Texts, read_texts
from alsolike.texts.vectors import (
    NoTextVectorsError,
    TextEncoder,
    TextParts,
    read_text_parts,
    unit_rows,
)

__all__ = [
    "NoTextVectorsError",
    "TextEncoder",
    "TextParts",
    "Texts",
    "read_text_parts",
    "read_texts",
    "unit_rows",
]
