"""Models for tests of the evaluation."""

from typing import Any

import numpy as np

from alsolike.history import Split
from alsolike.progress import Report


class Fixed:
    """Scores every shopper's products the same, as given."""

    def __init__(self, name: str, scores: Any) -> None:
        self.name = name
        self._scores = np.asarray(scores, np.float32)

    def fit(self, split: Split, report: Report) -> None:
        """Learn nothing."""

    def scores(self, rows: np.ndarray) -> np.ndarray:
        return np.tile(self._scores, (len(rows), 1))


class Counting:
    """Scores products by their known events, with some noise that tells shoppers apart."""

    def __init__(self, name: str = "counting", noise: float = 0.0) -> None:
        self.name = name
        self._noise = noise

    def fit(self, split: Split, report: Report) -> None:
        report(self.name, 0, 1)
        products = split.known.products
        self.counts = np.bincount(products, minlength=len(split.known.catalogue))
        self.split = split

    def scores(self, rows: np.ndarray) -> np.ndarray:
        noise = [
            np.random.default_rng(int(self.split.shoppers[row])).random(len(self.counts))
            for row in rows
        ]
        return (self.counts + self._noise * np.array(noise)).astype(np.float32)


class Listing:
    """Lists what a scoring model would, from its own account of what is known."""

    def __init__(self, name: str, scorer: Any) -> None:
        self.name = name
        self._scorer = scorer
        self.is_closed = False

    def fit(self, split: Split, report: Report) -> None:
        self._scorer.fit(split, report)

    def lists(self, rows: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        split = self._scorer.split
        scores = self._scorer.scores(rows)
        had = split.had(rows).toarray() > 0
        scores[had | ~split.is_shown(rows)] = -np.inf
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        best = np.take_along_axis(scores, order, axis=1)
        return np.where(best > -np.inf, order, -1).astype(np.int32), np.maximum(best, 0)

    def close(self) -> None:
        self.is_closed = True
