"""What the evaluation asks of a model."""

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from alsolike.history import Split
from alsolike.progress import Report


class Ranker(Protocol):
    """A model under evaluation: either a `ScoreRanker` or a `ListRanker`.

    Attributes
    ----------
    name : str
        Under which its metrics are told and stored.
    """

    name: str

    def fit(self, split: Split, report: Report) -> None:
        """Learn from `split.known`, and from nothing else of the split.

        Parameters
        ----------
        split : Split
            `split.shoppers` and `split.moments` say who is asked about and from when on;
            `split.truth` is not to be looked at.
        report : Report
            Told how far it is.
        """
        ...


@runtime_checkable
class ScoreRanker(Ranker, Protocol):
    """A model that scores every product for a shopper."""

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Score the whole catalogue for some of the shoppers.

        Parameters
        ----------
        rows : ndarray, shape (n_rows,), int64
            Positions in `split.shoppers`.

        Returns
        -------
        ndarray, shape (n_rows, n_products), float32
            Higher is better, in any unit; no NaN. A fresh array: the caller writes to it. What the
            shopper already has, what is out of stock and what did not exist yet needs no care: the
            caller leaves it out.
        """
        ...


@runtime_checkable
class ListRanker(Ranker, Protocol):
    """A model that answers with a list, as the site does."""

    def lists(
        self, rows: NDArray[np.int64], k: int
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """List the best products for some of the shoppers.

        Parameters
        ----------
        rows : ndarray, shape (n_rows,), int64
            Positions in `split.shoppers`.
        k : int
            Greatest length of a list.

        Returns
        -------
        products : ndarray, shape (n_rows, k), int32
            Numbers of products, best first, no product twice; -1 after the end of a shorter list.
            Without what the shopper acted on in `split.known`, and what `split.is_shown` leaves
            out.
        scores : ndarray, shape (n_rows, k), float32
            The score of each; 0 after the end; no NaN.
        """
        ...


@runtime_checkable
class ClosableRanker(Ranker, Protocol):
    """A model with something to clear away, such as rows it wrote to the database."""

    def close(self) -> None:
        """Clear away; called once it has been asked everything, also after an error."""
        ...
