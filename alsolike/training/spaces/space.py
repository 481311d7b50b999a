"""What every space offers."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Space(Protocol):
    """Scores of every product, given one.

    Attributes
    ----------
    name : str
        As it stands in the blend's weights.
    is_text : bool
        Whether it knows products that nobody has acted on yet.
    """

    name: str
    is_text: bool

    def rows(self, products: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return what some products say about all.

        Parameters
        ----------
        products : ndarray, shape (m,)
            Numbers of the products that are given.

        Returns
        -------
        ndarray, shape (m, n_products), float32
            0 and above; 0 says nothing. A product says nothing about itself.
        """
        ...


def finish_rows(rows: NDArray[np.float32], products: NDArray[np.integer]) -> NDArray[np.float32]:
    """Clear, in place, what speaks against a product and what it says about itself."""
    np.maximum(rows, 0, out=rows)
    rows[np.arange(len(products)), products] = 0
    return rows
