"""Visits to draw: visitors, and products of a kind new to each that they could look at."""

import numpy as np

from alsolike.history.history import History

# Visitors who are asked for at most, and products that each of them acted on before at least: who
# did less has no long taste that could stay.
MOST_VISITORS = 100
_LEAST_TASTE = 5
# Products of a kind for each look at least: those looked at, and as many again for the cards.
_KIND_PER_LOOK = 2
# Draws of a kind for a visitor before they are left out: they know nearly every kind.
_DRAWS = 20


def draw_visits(
    history: History, looks: int, random: np.random.Generator, *, most: int = MOST_VISITORS
) -> list[tuple[int, list[int]]]:
    """Draw visitors, and for each the products of one kind new to them that they will look at.

    A kind is a category as the products name it. The looks are at its most popular products in
    stock, one of each group of variants. Visitors acted on five products or more. There is none
    where no kind is large enough.

    A visitor is a number of `history.shopper_ids`, the products are numbers, the first looked at
    first.
    """
    by_kind = _popular_of_kinds(history, looks)
    kinds = list(by_kind)
    own = history.matrix()
    visitors = np.flatnonzero(np.diff(own.indptr) >= _LEAST_TASTE)
    if not kinds:
        return []
    visits: list[tuple[int, list[int]]] = []
    for visitor in random.permutation(visitors)[:most].tolist():
        had: list[int] = own[visitor].indices.tolist()
        known = {history.catalogue.categories[product] for product in had}
        for kind in random.integers(len(kinds), size=_DRAWS).tolist():
            if kinds[kind] not in known:
                visits.append((visitor, by_kind[kinds[kind]]))
                break
    return visits


def _popular_of_kinds(history: History, looks: int) -> dict[str, list[int]]:
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
        kind: products[:looks]
        for kind, products in sorted(firsts.items())
        if len(products) > _KIND_PER_LOOK * looks
    }
