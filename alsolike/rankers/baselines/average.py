"""Average: the model that `alsolike embed` makes, from what a split knows."""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.database import connect
from alsolike.dbt_variables import dbt_variables
from alsolike.history import History, Split
from alsolike.models import ServingOptions, serving_options
from alsolike.progress import Report
from alsolike.texts import TextParts, read_text_parts, unit_rows


class AverageRanker:
    """The model of averaged parts, with the actions of the known part alone.

    A product is the normalised mean of its name, its details and its actions part; a shopper's
    taste is the weighted mean of their latest products; scores are cosines. Products without a
    vector come last, all equal, where the site would fill up with popular ones. Texts are taken as
    they are now: details may quote reviews that were written after the cutoff.

    The texts, and how a shopper's latest actions are weighed, are read from the database when they
    are left out: the texts as that encoder makes vectors of them, or else the serving model's.
    """

    name = "average"
    _split: Split
    _vectors: NDArray[np.float32]
    _options: ServingOptions

    def __init__(
        self,
        parts: TextParts | None = None,
        options: ServingOptions | None = None,
        *,
        encoder_id: int | None = None,
    ) -> None:
        self._parts = parts
        self._encoder_id = encoder_id
        self._given_options = options

    def fit(self, split: Split, report: Report) -> None:
        """Compute the vectors of the products."""
        self._split = split
        parts = self._parts or read_text_parts(
            split.known.catalogue, self._encoder_id, report=report
        )
        self._vectors = average_vectors(split.known, parts)
        if self._given_options is None:
            with connect() as connection:
                self._options = serving_options(connection, {})
        else:
            self._options = self._given_options
        report(self.name, 1, 1)

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return cosines: ndarray, shape (n_rows, n_products), float32; -2 without a vector."""
        recent = self._split.queries(
            rows,
            actions=self._options.actions,
            decay=self._options.decay,
            kind_weights=self._options.kind_weights,
            visit=self._options.visit,
        )
        scores = unit_rows(recent @ self._vectors) @ self._vectors.T
        scores[:, ~self._vectors.any(axis=1)] = -2
        return scores


def average_vectors(known: History, parts: TextParts) -> NDArray[np.float32]:
    """Average the parts of every product, as the queries in `embed/sql/` do.

    Returns
    -------
    ndarray, shape (n_products, dimension), float32
        Unit norm but for the rounding to half precision; zeros where a product has no part.
    """
    texts = parts.text_vectors()
    interactions = faded_interactions(known)
    shoppers = _as_stored(unit_rows(interactions @ texts))
    actions = _as_stored(unit_rows(sp.csr_matrix(interactions.T) @ shoppers))
    # Actions are a part of products with a text only.
    actions[~texts.any(axis=1)] = 0
    return _as_stored(unit_rows(parts.names + parts.details + actions))


def faded_interactions(known: History) -> sp.csr_matrix:
    """Sum up the faded weights of what each shopper did with each product.

    Shape (n_shoppers, n_products), float32, as `shopper_interactions` of the marts.
    """
    weights = known.faded_weights(dbt_variables()["half_life_days"])
    matrix = sp.csr_matrix((weights, (known.shoppers, known.products)), shape=known.shape)
    matrix.sum_duplicates()
    return matrix.astype(np.float32)


def _as_stored(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Round to half precision, as the database keeps them."""
    return vectors.astype(np.float16).astype(np.float32)
