"""Spaces whose scores are inner products of dense vectors."""

from importlib import import_module
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.rankers.spaces import kernels
from alsolike.rankers.spaces.space import empty_rows, require_finite
from alsolike.rankers.spaces.sparse import without_self

# The largest catalogue in which the nearest are found by comparing all: beyond that by an index.
_COMPARED_UP_TO = 30_000
# Of the index (HNSW, Malkov and Yashunin 2016, arXiv 1603.09320): links of each product, and
# candidates while it is built and while it is searched. On the spaces of a catalogue of 12,000
# products they found .99 of the best 50 and .975 of the best 100 or more. With fewer candidates
# than twice the links, faiss keeps them all. With 100 it leaves out those near another link, takes
# longer, and found .94 of the best 100.
_LINKS = 32
_BUILDING = 48
_SEARCHING = 125
# Scores that are computed at once, 4 bytes each.
_AT_ONCE = 2**23


class VectorSpace:
    """Scores that are the positive inner products of vectors, times a gain of each product.

    Parameters
    ----------
    vectors : ndarray, shape (n_products, dimension), float32
    gains : ndarray, shape (n_products,), float32, optional
        Factor of each product's scores for others; they are divided by that of the product given.
        A product with a gain of 0 has no scores.
    takes_part : ndarray, shape (n_products,), bool, optional
        Which products have scores; all where it is left out. The vectors of the others may be
        anything.
    """

    def __init__(
        self,
        name: str,
        vectors: NDArray[np.float32],
        *,
        gains: NDArray[np.float32] | None = None,
        takes_part: NDArray[np.bool_] | None = None,
        is_text: bool = False,
    ) -> None:
        require_finite(vectors)
        self.name = name
        self.is_text = is_text
        self._right = vectors
        self._inverse = None
        if gains is not None:
            inverse = np.divide(1, gains, out=np.zeros_like(gains), where=gains > 0)
            self._right = vectors * gains[:, None]
            # What turns a product's vector on the right into that on the left.
            self._inverse = inverse**2
            require_finite(self._right, self._inverse)
        self._takes_part = takes_part
        self._index = None
        if len(vectors) > _COMPARED_UP_TO and vectors.shape[1] > 0:
            self._index = _index(self._right, is_rounded=is_text)
            if not is_text:
                # The index has a copy: of a large catalogue one is enough.
                self._right = _vectors_of(self._index)

    def neighbours(self, products: NDArray[np.integer], count: int) -> sp.csr_matrix:
        """Return the greatest scores of some products; see `Space.neighbours`."""
        count = min(count + 1, len(self._right))
        step = max(1, _AT_ONCE // len(self._right))
        parts = [
            self._best(self._left(products[start : start + step]), count)
            for start in range(0, len(products), step)
        ]
        if not parts:
            return empty_rows(0, len(self._right))
        return without_self(sp.csr_matrix(sp.vstack(parts, format="csr")), products)

    def _left(self, products: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return the vectors of products given."""
        left = self._right[products]
        if self._inverse is not None:
            left *= self._inverse[products, None]
        if self._takes_part is not None:
            left *= self._takes_part[products, None]
        return left

    def _best(self, left: NDArray[np.float32], count: int) -> sp.csr_matrix:
        """Return the greatest scores of some products, those with themselves included."""
        if self._index is None:
            scores = left @ self._right.T
            if self._takes_part is not None:
                scores *= self._takes_part
            best = np.argpartition(-scores, count - 1, axis=1)[:, :count]
            values = np.take_along_axis(scores, best, axis=1)
        else:
            values, best = _searched(self._index, left, count, self._takes_part)
        order = np.argsort(best, axis=1)
        best, values = (np.take_along_axis(part, order, axis=1) for part in (best, values))
        is_positive = (values > 0) & (best >= 0)
        pointers = np.concatenate([[0], np.cumsum(np.count_nonzero(is_positive, axis=1))])
        return sp.csr_matrix(
            (values[is_positive], best[is_positive], pointers),
            shape=(len(left), len(self._right)),
        )

    def pair_scores(
        self, products: NDArray[np.integer], pattern: sp.csr_matrix
    ) -> NDArray[np.float32]:
        """Return the scores of given pairs; see `Space.pair_scores`."""
        scores = kernels.inner_products(
            self._left(products), self._right, pattern.indptr, pattern.indices
        )
        if self._takes_part is not None:
            scores *= self._takes_part[pattern.indices]
        return np.maximum(scores, 0, out=scores)


def _index(vectors: NDArray[np.float32], *, is_rounded: bool) -> Any:  # noqa: ANN401
    """Return an index of the greatest inner products.

    Rounded it holds vectors in half precision. Those of texts are long, and whoever gave them keeps
    them, so that the index needs no exact ones.
    """
    # Slow to import, and without types.
    faiss: Any = import_module("faiss")
    dimension, metric = vectors.shape[1], faiss.METRIC_INNER_PRODUCT
    if is_rounded:
        half = faiss.ScalarQuantizer.QT_fp16
        index = faiss.IndexHNSWSQ(dimension, half, _LINKS, metric)
        # Half precision has nothing to learn, but this type of index wants to be asked.
        index.train(vectors[:1])
    else:
        index = faiss.IndexHNSWFlat(dimension, _LINKS, metric)
    index.hnsw.efConstruction = _BUILDING
    index.hnsw.efSearch = _SEARCHING
    threads: Any = import_module("threadpoolctl")
    # One thread, so that the same vectors give the same index.
    with threads.threadpool_limits(limits=1, user_api="openmp"):
        index.add(vectors)
    return index


def _searched(
    index: Any,  # noqa: ANN401
    left: NDArray[np.float32],
    count: int,
    takes_part: NDArray[np.bool_] | None,
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the greatest inner products and whose they are, each of shape (len(left), count).

    Where there are fewer, it is -1 that they are of.
    """
    faiss: Any = import_module("faiss")
    options: dict[str, Any] = {}
    if takes_part is not None:
        bits = np.packbits(takes_part, bitorder="little")
        options["params"] = faiss.SearchParametersHNSW(
            efSearch=_SEARCHING, sel=faiss.IDSelectorBitmap(bits)
        )
    # Parts are searched side by side: threads within them would wait for each other.
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        values, best = index.search(left, count, **options)
    finally:
        faiss.omp_set_num_threads(threads)
    return values, best


def _vectors_of(index: Any) -> NDArray[np.float32]:  # noqa: ANN401
    """Return the vectors in an index, not copied: they live as long as the index."""
    faiss: Any = import_module("faiss")
    stored = faiss.rev_swig_ptr(
        faiss.downcast_index(index.storage).get_xb(), index.ntotal * index.d
    )
    return stored.reshape(index.ntotal, index.d)
