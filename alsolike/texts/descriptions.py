"""Names and characteristics of the products, with the vectors of the names."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from alsolike.database import connect, query
from alsolike.history import Catalogue
from alsolike.progress import Report
from alsolike.texts.vectors import TextEncoder, read_text_parts


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
    """

    names: list[str]
    characteristics: list[str]
    vectors: NDArray[np.float32]

    def only(self, is_kept: NDArray[np.bool_]) -> "Texts":
        """Return the texts of some products, as if nothing were written about the others.

        Parameters
        ----------
        is_kept : ndarray, shape (n_products,), bool
        """
        if is_kept.all():
            return self
        names, characteristics = (
            [text if kept else "" for text, kept in zip(texts, is_kept.tolist(), strict=True)]
            for texts in (self.names, self.characteristics)
        )
        return replace(
            self,
            names=names,
            characteristics=characteristics,
            vectors=self.vectors * is_kept[:, np.newaxis],
        )


def read_texts(catalogue: Catalogue, *, report: Report) -> tuple[Texts, TextEncoder]:
    """Read names, characteristics and the vectors of the names.

    Raises
    ------
    NoTextVectorsError
        No text is embedded yet.
    """
    parts = read_text_parts(catalogue, report=report)
    with connect() as connection:
        by_product = {
            product_id: (name, characteristics)
            for product_id, name, characteristics in connection.execute(
                query("alsolike/texts/descriptions")
            )
        }
    texts = [by_product.get(product_id, ("", "")) for product_id in catalogue.product_ids]
    names, characteristics = [name for name, _ in texts], [more for _, more in texts]
    return Texts(names, characteristics, parts.names), parts.encoder
