"""How good a light copy is: its agreement with the encoder, and what noise looks like to it."""

import re
from collections.abc import Sequence

import numpy as np

from alsolike.database import connect, query, register_vectors
from alsolike.product_vectors import TEXT_PARTS
from alsolike.query_encoder import QueryEncoder, QueryEncoderError
from embed.encoder import SentenceEncoder

_TEXTS = 100
_VECTORS = 5000
_NOISE_QUERIES = 200
# The tenth nearest: one product may resemble noise by chance, as invented brands do, ten hardly do.
_NOISE_RANK = 10
# So much of the noise is told from words by its pieces.
_NOISE_SHARE = 0.95
# Of an alphabet that the tokenizer knows letters of alone, words are no better than noise.
_LEAST_LETTERS = 1.5
# For a catalogue of numbers.
_ENGLISH = "abcdefghijklmnopqrstuvwxyz"


def sample_texts(encoder_id: int) -> list[str]:
    """Return texts such as people type: the first one to six words of products' names."""
    with connect() as connection:
        rows = connection.execute(
            query("embed/query_encoder/sample_texts"),
            {"encoder_id": encoder_id, "row_count": _TEXTS},
        ).fetchall()
    return [" ".join(str(row[0]).split()[: 1 + n % 6]) for n, row in enumerate(rows)]


def agreement_of(copy: QueryEncoder, encoder: SentenceEncoder, texts: Sequence[str]) -> float:
    """Return the mean cosine of the copy's vectors to the encoder's own, in [-1, 1].

    Raises
    ------
    QueryEncoderError
        Their vectors differ in length.
    """
    expected = encoder.encode_queries(texts)
    actual = np.stack([copy.encode(text) for text in texts])
    if actual.shape != expected.shape:
        message = f"Its copy gives vectors of shape {actual.shape[1:]}, not {expected.shape[1:]}."
        raise QueryEncoderError(message)
    return float(np.clip((actual * expected).sum(axis=1).mean(), -1, 1))


def noise_similarity(copy: QueryEncoder, noise: Sequence[str]) -> float:
    """Return the median cosine of random letters to their tenth nearest product, in [-1, 1]."""
    with connect() as connection:
        register_vectors(connection)
        rows = connection.execute(
            query("embed/query_encoder/sample_vectors"),
            {"encoder_id": copy.encoder_id, "parts": list(TEXT_PARTS), "row_count": _VECTORS},
        ).fetchall()
    products = np.stack([row[0].to_numpy() for row in rows])
    vectors = np.stack([copy.encode(text) for text in noise])
    rank = min(_NOISE_RANK, len(products))
    tenth = np.sort(vectors @ products.T, axis=1)[:, -rank]
    return float(np.clip(np.median(tenth), -1, 1))


def noise_letters(copy: QueryEncoder, noise: Sequence[str]) -> float:
    """Return the letters per piece that a query needs to be told from noise, above 1.

    Words that the tokenizer knows have few pieces; random letters, and an alphabet that it does not
    know, have nearly as many as letters.
    """
    letters = [copy.letters_per_piece(text) for text in noise]
    return max(_LEAST_LETTERS, float(np.quantile(letters, _NOISE_SHARE)))


def noise(texts: Sequence[str]) -> list[str]:
    """Return one to three words of random letters each, those of some texts as often as there."""
    rng = np.random.default_rng(0)
    letters = np.array(re.findall(r"[^\W\d_]", "".join(texts).lower()) or list(_ENGLISH))
    return [
        " ".join(
            "".join(rng.choice(letters, size=rng.integers(3, 10))) for _ in range(1 + number % 3)
        )
        for number in range(_NOISE_QUERIES)
    ]
