"""A model as it stands in the database, asked with the statement that serves."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import lru_cache
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from alsolike.database import connect, query
from alsolike.history import Split, visitor_of
from alsolike.progress import Report

# Database sessions that ask side by side.
_SESSIONS = 2


class StoredRanker:
    """A model as it is stored, asked about the past.

    It may have been trained on what is held out. So this measures the model that would serve, not
    how well its recipe foretells. Its results have the model's name when they are given no other.

    Attributes
    ----------
    has_seen_answers : bool
        Whether it may have learned from what is held out: its figures are no measure of foretelling
        and stand beside no others.
    latencies : list of float
        Seconds that each answer took, in the order of the answers.
    """

    has_seen_answers = True

    def __init__(self, model: str, name: str | None = None) -> None:
        self.name = name or model
        self.latencies: list[float] = []
        self._model = model
        self._split: Split | None = None
        self._sessions = ExitStack()
        self._connections: list[psycopg.Connection[Any]] = []

    def close(self) -> None:
        """Close the sessions."""
        self._sessions.close()
        self._connections = []

    def fit(self, split: Split, report: Report) -> None:
        """Learn nothing: keep the split, and open the sessions."""
        del report
        self._split = split
        self._sessions.close()
        self._connections = [
            self._sessions.enter_context(
                connect(autocommit=True, application_name="alsolike evaluate")
            )
            for _ in range(_SESSIONS)
        ]

    def lists(
        self, rows: NDArray[np.int64], k: int
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """List what the model would have recommended; see `ListRanker.lists`."""
        assert self._split is not None  # noqa: S101  (fitted first, by the protocol)
        split, catalogue = self._split, self._split.known.catalogue
        had = split.had(rows)
        products = np.full((len(rows), k), -1, np.int32)
        scores = np.zeros((len(rows), k), np.float32)
        product_ids = np.array(catalogue.product_ids, object)
        numbers = {product_id: number for number, product_id in enumerate(product_ids)}
        exists_from = split.exists_from

        @lru_cache(maxsize=1)
        def later_products(moment: int) -> list[str]:
            return product_ids[exists_from >= moment].tolist()

        def ask(connection: psycopg.Connection[Any], places: NDArray[np.int64]) -> list[float]:
            taken: list[float] = []
            for place in places:
                shopper = int(split.shoppers[rows[place]])
                moment = int(split.moments[rows[place]])
                left_out = [*product_ids[had[place].indices], *later_products(moment)]
                visitor = visitor_of(split.known.shopper_ids[shopper])
                began = time.perf_counter()
                answer = connection.execute(
                    query("alsolike/rankers/recommendations"),
                    {
                        "shopper_id": visitor.shopper_id,
                        "session_id": visitor.session_id,
                        "k": k,
                        "left_out": left_out,
                        "model": self._model,
                        "moment": moment,
                    },
                ).fetchall()
                taken.append(time.perf_counter() - began)
                for rank, (product_id, score) in enumerate(answer):
                    products[place, rank] = numbers[product_id]
                    scores[place, rank] = 0 if score is None else score
            return taken

        parts = np.array_split(np.arange(len(rows)), len(self._connections))
        with ThreadPoolExecutor(len(self._connections)) as pool:
            for taken in pool.map(ask, self._connections, parts):
                self.latencies.extend(taken)
        return products, scores
