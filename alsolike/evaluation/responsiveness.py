"""Responsiveness: how a list follows a visit to one kind of product, new to the shopper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg

from alsolike.database import connect, query
from alsolike.history import History, visitor_of
from alsolike.progress import Report

# Cards of a list, and looks after which it is asked for.
CARDS = 12
LOOKS = (1, 2, 4)
# Wanted of the cards: so many of the kind, or with it, by number of looks; and so many of the list
# before that stay after all the looks.
WANTED_OF_KIND = {2: 3, 4: 5}
WANTED_TO_STAY = 4
# Visitors who are asked for at most, and products that each of them acted on before at least: who
# did less has no long taste that could stay.
_VISITORS = 100
_LEAST_TASTE = 5
# Products of a kind at least: those looked at, and as many again for the cards.
_LEAST_KIND = 2 * max(LOOKS) + 1
# Draws of a kind for a visitor before they are left out: they know nearly every kind.
_DRAWS = 20


@dataclass(frozen=True, slots=True)
class AfterLooks:
    """What some looks at one kind changed in a list, on the mean over the visitors.

    Attributes
    ----------
    changed : float
        Cards that were not in the list before.
    of_kind : float
        Cards that are of the kind, or go with one of the products looked at.
    stayed : float
        Cards of the list before that are left.
    """

    changed: float
    of_kind: float
    stayed: float


@dataclass(frozen=True, slots=True)
class Responsiveness:
    """How a model's lists of `CARDS` follow a visit.

    `before` is how many cards are of the kind, or go with it, without a look; `after` has the
    means by number of looks.
    """

    model: str
    visitors: int
    before: float
    after: Mapping[int, AfterLooks]

    @property
    def reached(self) -> float:
        """Return the least share of what is wanted, 1 or more where all of it is reached."""
        shares = [self.after[looks].of_kind / cards for looks, cards in WANTED_OF_KIND.items()]
        return min(*shares, self.after[max(LOOKS)].stayed / WANTED_TO_STAY)

    def as_dict(self) -> dict[str, Any]:
        """Return it by name, fit for JSON."""
        return {
            "model": self.model,
            "cards": CARDS,
            "visitors": self.visitors,
            "reached": self.reached,
            "of_kind_before": self.before,
            "after_looks": {
                str(looks): {"changed": a.changed, "of_kind": a.of_kind, "stayed": a.stayed}
                for looks, a in self.after.items()
            },
        }


def measure_responsiveness(
    history: History, models: Sequence[str], *, seed: int = 0, report: Report
) -> list[Responsiveness]:
    """Ask models as they are stored for visitors' lists, before and after looks at one kind.

    A kind is a category as the products name it. For each visitor one is drawn of which they know
    no product. The looks are at its most popular products, one of each group of variants. They are
    told to the model as a caller of the API tells them: nothing is written.

    Parameters
    ----------
    models : sequence of str
        Names in `recs.models`; all are asked the same.
    seed : int
        Of the visitors, at most 100 who acted on five products or more, and of the kinds.

    Returns
    -------
    list of Responsiveness
        Of each model; empty where no kind is large enough, or no visitor knows enough.
    """
    visits = draw_visits(history, np.random.default_rng(seed))
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
            values = np.empty((len(visits), 1 + len(LOOKS), 3))
            for place, (visitor, looks) in enumerate(visits):
                values[place] = _ask(connection, history, model, visitor, looks, wanted[place])
                report(f"responsiveness of {model}", place + 1, len(visits))
            before, *after = values.mean(axis=0).tolist()
            by_looks = {
                looks: AfterLooks(*means) for looks, means in zip(LOOKS, after, strict=True)
            }
            measured.append(Responsiveness(model, len(visits), before[1], by_looks))
    return measured


def draw_visits(history: History, random: np.random.Generator) -> list[tuple[int, list[int]]]:
    """Draw visitors, and for each the products of one kind new to them that they will look at.

    A visitor is a number of `history.shopper_ids`, the products are numbers, the first looked at
    first.
    """
    by_kind = _popular_of_kinds(history)
    kinds = list(by_kind)
    own = history.matrix()
    visitors = np.flatnonzero(np.diff(own.indptr) >= _LEAST_TASTE)
    if not kinds:
        return []
    visits: list[tuple[int, list[int]]] = []
    for visitor in random.permutation(visitors)[:_VISITORS].tolist():
        had: list[int] = own[visitor].indices.tolist()
        known = {history.catalogue.categories[product] for product in had}
        for kind in random.integers(len(kinds), size=_DRAWS).tolist():
            if kinds[kind] not in known:
                visits.append((visitor, by_kind[kinds[kind]]))
                break
    return visits


def _popular_of_kinds(history: History) -> dict[str, list[int]]:
    """Return the products to look at of each kind that is large enough, the most popular first."""
    catalogue = history.catalogue
    counts = np.bincount(history.products, minlength=len(catalogue))
    groups: dict[str, set[str]] = {}
    firsts: dict[str, list[int]] = {}
    order: list[int] = np.argsort(-counts, kind="stable").tolist()
    for product in order:
        kind = catalogue.categories[product]
        if kind is None or not catalogue.is_in_stock[product]:
            continue
        group = catalogue.groups[product] or f" {product}"
        if group not in groups.setdefault(kind, set()):
            groups[kind].add(group)
            firsts.setdefault(kind, []).append(product)
    return {
        kind: products[: max(LOOKS)]
        for kind, products in sorted(firsts.items())
        if len(products) >= _LEAST_KIND
    }


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
    wanted: set[str],
) -> list[tuple[int, int, int]]:
    """Return changed, wanted and stayed cards, without a look and after each number of `LOOKS`."""
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
    first = lists[0]
    return [(len(cards - first), len(cards & wanted), len(cards & first)) for cards in lists]
