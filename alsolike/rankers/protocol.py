"""What a ranker offers, so that it can be measured."""

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from alsolike.history import Split
from alsolike.progress import Report


class Ranker(Protocol):
    """A model under evaluation: either a `ScoreRanker` or a `ListRanker`."""

    name: str

    def fit(self, split: Split, report: Report) -> None:
        """Learn from `split.known`, and from nothing else of the split.

        Each row of the split is a shopper who is foretold from a moment on, with what they did
        before it (`split.queries`); `split.truth` must not be read.
        """
        ...


@runtime_checkable
class ScoreRanker(Ranker, Protocol):
    """A model that scores every product for a shopper."""

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Score the whole catalogue for some rows of the split.

        Returns
        -------
        ndarray, shape (n_rows, n_products), float32
            Higher is better, in any unit; no NaN. A fresh array: the caller writes to it. The
            caller removes what the shopper acted on, what is out of stock and what did not exist.
        """
        ...


@runtime_checkable
class ListRanker(Ranker, Protocol):
    """A model that answers with a list, as the site does."""

    def lists(
        self, rows: NDArray[np.int64], k: int
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """List up to k best products for some rows of the split.

        Returns
        -------
        products : ndarray, shape (n_rows, k), int32
            Numbers of products, best first, none twice; -1 after the end of a shorter list.
            Without those of `split.had`, and only those of `split.is_shown`.
        scores : ndarray, shape (n_rows, k), float32
            The score of each; 0 after the end; no NaN.
        """
        ...


@runtime_checkable
class ClosableRanker(Ranker, Protocol):
    """A model that holds something, such as database sessions or rows that it wrote."""

    def close(self) -> None:
        """Release it; called after the last list, and after an error."""
        ...
