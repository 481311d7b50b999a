"""What is written about the products, and the encoder's vectors of it."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from psycopg.rows import args_row

from alsolike.database import connect, query, register_vectors
from alsolike.errors import AlsolikeError
from alsolike.history import Catalogue
from alsolike.progress import Report

_ROWS_AT_ONCE = 10_000


class NoTextVectorsError(AlsolikeError):
    """No text is embedded: run `alsolike embed` first."""


@dataclass(frozen=True, slots=True)
class TextEncoder:
    """The encoder whose vectors are read, and their length."""

    encoder_id: int
    dimension: int


@dataclass(frozen=True, eq=False)
class TextParts:
    """The text vectors of each product: its name's and its details'.

    Both have shape (n_products, dimension), float32, and unit norm; zeros where a product has no
    such part.
    """

    encoder: TextEncoder
    names: NDArray[np.float32]
    details: NDArray[np.float32]

    def text_vectors(self) -> NDArray[np.float32]:
        """Return the normalised means: ndarray, shape (n_products, dimension), float32.

        Zeros where a product has no text.
        """
        return unit_rows(self.names + self.details)


@dataclass(frozen=True, eq=False)
class Texts:
    """What is written about the products.

    Attributes
    ----------
    names, characteristics : list of str
        Of each product; empty where there is nothing. Without reviews, which may be written after
        the moment that is foretold.
    vectors : ndarray, shape (n_products, dim), float32
        The encoder's vectors of the names, of unit length; zeros where there is none.
    is_kept : ndarray, shape (n_products,), bool, optional
        Whose vectors count; all where it is left out.
    """

    names: list[str]
    characteristics: list[str]
    vectors: NDArray[np.float32]
    is_kept: NDArray[np.bool_] | None = None

    def only(self, is_kept: NDArray[np.bool_]) -> "Texts":
        """Return the texts of some products, as if nothing were written about the others.

        The vectors are not copied: of a large catalogue they are gigabytes.
        """
        if is_kept.all():
            return self
        names, characteristics = (
            [text if kept else "" for text, kept in zip(texts, is_kept.tolist(), strict=True)]
            for texts in (self.names, self.characteristics)
        )
        if self.is_kept is not None:
            is_kept = is_kept & self.is_kept
        return replace(self, names=names, characteristics=characteristics, is_kept=is_kept)


def read_text_parts(
    catalogue: Catalogue, encoder_id: int | None = None, *, report: Report
) -> TextParts:
    """Read the text vectors of an encoder: by default the serving model's, or the only one.

    Raises
    ------
    NoTextVectorsError
        There is no encoder, there are several and none serves, or no product has a vector.
    """
    numbers = {product_id: number for number, product_id in enumerate(catalogue.product_ids)}
    with connect() as connection:
        register_vectors(connection)
        with connection.cursor(row_factory=args_row(TextEncoder)) as cursor:
            encoder = cursor.execute(
                query("alsolike/texts/encoder"), {"encoder_id": encoder_id}
            ).fetchone()
        if encoder is None:
            raise NoTextVectorsError
        shape = (len(catalogue), encoder.dimension)
        parts = {part: np.zeros(shape, np.float32) for part in ("name", "details")}
        done = 0
        with connection.cursor("text_vectors") as cursor:
            cursor.itersize = _ROWS_AT_ONCE
            cursor.execute(query("alsolike/texts/vectors"), {"encoder_id": encoder.encoder_id})
            while chunk := cursor.fetchmany(_ROWS_AT_ONCE):
                for product_id, part, vector in chunk:
                    # A product loaded since the catalogue was read has no number.
                    if product_id in numbers:
                        parts[part][numbers[product_id]] = vector.to_numpy()
                done += len(chunk)
                report("texts", done, None)
    if not done:
        raise NoTextVectorsError
    report("texts", done, done)
    return TextParts(encoder, parts["name"], parts["details"])


def read_texts(
    catalogue: Catalogue, encoder_id: int | None = None, *, report: Report
) -> tuple[Texts, TextEncoder]:
    """Read names, characteristics and the vectors of the names; see `read_text_parts`."""
    parts = read_text_parts(catalogue, encoder_id, report=report)
    with connect() as connection:
        rows = connection.execute(query("alsolike/texts/descriptions")).fetchall()
    names = {product_id: name for product_id, name, _ in rows}
    more = {product_id: characteristics for product_id, _, characteristics in rows}
    texts = Texts(
        names=[names.get(product_id, "") for product_id in catalogue.product_ids],
        characteristics=[more.get(product_id, "") for product_id in catalogue.product_ids],
        vectors=parts.names,
    )
    return texts, parts.encoder


def unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Divide each row by its length; rows of zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
