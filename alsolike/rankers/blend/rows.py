"""The blended scores of all products given one, and what is kept of them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from alsolike.rankers.blend.weights import Blend
from alsolike.rankers.spaces import Space

# Sizes of the samples: actions whose rows are averaged; products, and near products of each, on
# which a newcomer's scale is measured.
_ACTIONS = 2000
_PRODUCTS = 200
_NEAR = 20


class BlendedRows:
    """The weighted sum of the spaces' rows; cold weights apply to products without events.

    The latest rows are kept, since callers ask for the same products several times in a row.
    """

    def __init__(self, spaces: Sequence[Space], blend: Blend, is_cold: NDArray[np.bool_]) -> None:
        self._spaces = spaces
        self._blend = blend
        self._is_cold = is_cold
        self._products = np.zeros(0, np.int64)
        self._rows = np.zeros((0, len(is_cold)), np.float32)

    def __call__(self, products: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return rows of some products: ndarray, shape (m, n_products), float32; read-only."""
        if not np.array_equal(products, self._products):
            self._rows = self._sum(products)
            self._products = products.astype(np.int64)
        return self._rows

    def mean(self, events: NDArray[np.integer], seed: int) -> NDArray[np.float32]:
        """Return the mean row over a sample of actions: ndarray, shape (n_products,), float32.

        A product is drawn as often as it has events.
        """
        generator = np.random.default_rng(seed)
        drawn = generator.choice(len(events), _ACTIONS, p=events / events.sum())
        products, times = np.unique(drawn, return_counts=True)
        mean = np.zeros(len(events), np.float32)
        for start in range(0, len(products), _PRODUCTS):
            part = slice(start, start + _PRODUCTS)
            mean += times[part].astype(np.float32) @ self._sum(products[part])
        return mean / np.float32(_ACTIONS)

    def newcomer_scale(self, seed: int) -> float:
        """Return the blended score per cosine of text vectors, among near products without events.

        At most the sum of the cold weights, which is the greatest score that two equal texts can
        have: the quotient would exceed it where all vectors are far apart.
        """
        generator = np.random.default_rng(seed)
        size = len(self._is_cold)
        sample = np.sort(generator.choice(size, min(size, _PRODUCTS), replace=False))
        cosines = self._spaces[0].rows(sample)
        scores = np.zeros_like(cosines)
        for space, weight in zip(self._spaces, self._blend.cold_weights, strict=False):
            if weight > 0:
                scores += space.rows(sample) * np.float32(weight)
        count = min(_NEAR, size)
        near = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
        cosine = float(np.take_along_axis(cosines, near, 1).sum())
        if cosine <= 0:
            return 0.0
        scale = float(np.take_along_axis(scores, near, 1).sum()) / cosine
        return min(scale, float(self._blend.cold_weights.sum()))

    def _sum(self, products: NDArray[np.integer]) -> NDArray[np.float32]:
        total = np.zeros((len(products), len(self._is_cold)), np.float32)
        weights = zip(self._blend.weights, self._blend.cold_weights, strict=True)
        for space, (weight, cold_weight) in zip(self._spaces, weights, strict=False):
            if weight > 0 or cold_weight > 0:
                by_kind = np.full(len(self._is_cold), weight, np.float32)
                by_kind[self._is_cold] = cold_weight
                total += space.rows(products) * by_kind
        return total


class KeptSpace:
    """The blend as a published model has it: the best neighbours of each product only.

    The centre is subtracted from every row before the best `count` are chosen.
    """

    name = "kept"
    is_text = False

    def __init__(self, rows: BlendedRows, centre: NDArray[np.float32], count: int) -> None:
        self._rows = rows
        self._centre = centre
        self._count = count

    def rows(self, products: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return the scores above the centre of the best neighbours; see `Space.rows`."""
        rows = np.maximum(self._rows(products) - self._centre, 0)
        count = min(self._count, rows.shape[1])
        least = -np.partition(-rows, count - 1, axis=1)[:, count - 1 : count]
        rows[rows < least] = 0
        return rows
