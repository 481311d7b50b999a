"""A model as it stands in the database, asked with the statement that serves."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.types.json import Jsonb

from alsolike.database import connect, query
from alsolike.dbt_variables import dbt_variables
from alsolike.history import KINDS, Split, Visitor, visitor_of
from alsolike.progress import Report

# Database sessions that ask side by side.
_SESSIONS = 2
_STATEMENT = query("alsolike/rankers/recommendations")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class StoredRanker:
    """A model as it is stored, asked about the past.

    It may have been trained on what is held out. So this measures the model that would serve, not
    how well its recipe foretells. Its results have the model's name when they are given no other.

    The function reads what shoppers did from the database. Where the split hides events, it is told
    what is left of them instead, of a visitor whom it does not know; it then knows nothing of what
    they put into a basket, which no history has.

    What they had, and what did not exist yet, it is told to leave out by itself. Of which products
    all variants are left out too is the function's own rule, as on the site.

    Attributes
    ----------
    has_seen_answers : bool
        Whether it may have learned from what is held out: its figures are no measure of foretelling
        and stand beside no others.
    """

    has_seen_answers = True

    def __init__(self, model: str, name: str | None = None) -> None:
        self.name = name or model
        self._model = model
        self._split: Split | None = None
        self._product_ids = np.zeros(0, object)
        self._later_than: tuple[int, list[str]] | None = None
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
        self._product_ids = np.array(split.known.catalogue.product_ids, object)
        self._later_than = None
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
        products = np.full((len(rows), k), -1, np.int32)
        scores = np.zeros((len(rows), k), np.float32)
        numbers = {product_id: number for number, product_id in enumerate(self._product_ids)}
        had = self._known_split().had(rows)

        def ask(connection: psycopg.Connection[Any], places: NDArray[np.int64]) -> None:
            for place in places:
                question = self._question(int(rows[place]), had[place].indices, k)
                answer = connection.execute(_STATEMENT, question).fetchall()
                # A product that came while this runs has no number.
                known = [(numbers[name], score) for name, score in answer if name in numbers]
                for rank, (product, score) in enumerate(known):
                    products[place, rank] = product
                    scores[place, rank] = 0 if score is None else score

        parts = np.array_split(np.arange(len(rows)), len(self._connections))
        with ThreadPoolExecutor(len(self._connections)) as pool:
            # Raises what a thread has raised.
            list(pool.map(ask, self._connections, parts))
        return products, scores

    def seconds_to_answer(self, row: int, k: int) -> float:
        """Ask for one list, with nothing else asked meanwhile, and return the seconds it took."""
        (had,) = self._known_split().had(np.array([row]))
        question = self._question(row, had.indices, k)
        began = time.perf_counter()
        self._connections[0].execute(_STATEMENT, question).fetchall()
        return time.perf_counter() - began

    def _question(self, row: int, had: NDArray[np.integer], k: int) -> dict[str, Any]:
        split = self._known_split()
        moment = int(split.moments[row])
        visitor, history = visitor_of(split.known.shopper_ids[int(split.shoppers[row])]), None
        if split.has_hidden:
            visitor, history = Visitor(None, None), _told(split, row)
        return {
            "shopper_id": visitor.shopper_id,
            "session_id": visitor.session_id,
            "k": k,
            "unlisted": [*self._product_ids[had], *self._later_products(moment)],
            "model": self._model,
            "moment": moment,
            "history": history,
        }

    def _later_products(self, moment: int) -> list[str]:
        """Return the ids of products that did not exist before a moment; rows often share one."""
        found = self._later_than
        if found is None or found[0] != moment:
            is_later = self._known_split().exists_from >= moment
            found = self._later_than = (moment, self._product_ids[is_later].tolist())
        return found[1]

    def _known_split(self) -> Split:
        assert self._split is not None  # noqa: S101  (fitted first, by the protocol)
        return self._split


def _told(split: Split, row: int) -> Jsonb:
    """Return what the split shows of a row's shopper, as `recs.recent_actions` takes it."""
    history, events = split.seen, split.events(row)
    least = dbt_variables()["view_weight"]
    latest: dict[tuple[str, int], int] = {}
    for event in events.tolist():
        kind = KINDS[history.kinds[event]]
        # As there: a review counts from 4 stars on, which is what dbt gives the weight of a view.
        if kind != "review" or history.weights[event] >= least:
            latest[kind, int(history.products[event])] = int(history.times[event])
    return Jsonb(
        [
            {
                "kind": kind,
                "product_id": history.catalogue.product_ids[product],
                "acted_at": (_EPOCH + timedelta(microseconds=moment)).isoformat(),
            }
            for (kind, product), moment in latest.items()
        ]
    )
