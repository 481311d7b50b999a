"""Responsiveness: how a list follows a visit to one kind of product, new to the shopper."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import psycopg

from alsolike.database import connect, query
from alsolike.history import History, visitor_of
from alsolike.history.visits import draw_visits
from alsolike.metrics.responsiveness import CARDS, LOOKS, Responsiveness, responsiveness
from alsolike.progress import Report


def measure_responsiveness(
    history: History, models: Sequence[str], *, seed: int = 0, report: Report
) -> list[Responsiveness]:
    """Ask models as they are stored for visitors' lists, before and after looks at one kind.

    The looks are told to the model as a caller of the API tells them: nothing is written. Who looks
    at what is drawn by `draw_visits`.

    Parameters
    ----------
    models : sequence of str
        Names in `recs.models`; all are asked the same.
    seed : int
        Of the visitors, at most 100, and of the kinds.

    Returns
    -------
    list of Responsiveness
        Of each model; empty where no kind is large enough, or no visitor knows enough.
    """
    visits = draw_visits(history, max(LOOKS), np.random.default_rng(seed))
    if not visits:
        return []
    by_kind: dict[str | None, set[str]] = {}
    catalogue = history.catalogue
    for product_id, kind in zip(catalogue.product_ids, catalogue.categories, strict=True):
        by_kind.setdefault(kind, set()).add(product_id)
    measured: list[Responsiveness] = []
    with connect(autocommit=True, application_name="alsolike evaluate") as connection:
        wanted = [
            by_kind[catalogue.categories[looks[0]]] | _partners(connection, history, looks)
            for _, looks in visits
        ]
        for model in models:
            rows: list[list[set[str]]] = []
            for place, (visitor, looks) in enumerate(visits, start=1):
                rows.append(_ask(connection, history, model, visitor, looks))
                report(f"responsiveness of {model}", place, len(visits))
            measured.append(responsiveness(model, rows, wanted))
    return measured


def _partners(connection: psycopg.Connection[Any], history: History, looks: list[int]) -> set[str]:
    """Return the ids of what goes with the products."""
    ids = [history.catalogue.product_ids[product] for product in looks]
    statement = query("alsolike/evaluation/goes_with_looks")
    return {row[0] for row in connection.execute(statement, {"product_ids": ids})}


def _ask(
    connection: psycopg.Connection[Any],
    history: History,
    model: str,
    visitor: int,
    looks: list[int],
) -> list[set[str]]:
    """Return the cards without a look and after each number of `LOOKS`."""
    who = visitor_of(history.shopper_ids[visitor])
    ids = [history.catalogue.product_ids[product] for product in looks]
    lists: list[set[str]] = []
    for count in (0, *LOOKS):
        answer = connection.execute(
            query("alsolike/evaluation/list_after_looks"),
            {
                "shopper_id": who.shopper_id,
                "session_id": who.session_id,
                "looks": ids[:count],
                "k": CARDS,
                "model": model,
            },
        ).fetchall()
        lists.append({row[0] for row in answer})
    return lists
