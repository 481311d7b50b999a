"""What goes with each product, as the mart product_complements would have it at a moment.

The same steps as dbt's: pairs of products (int_bought_together), pairs of categories
(int_category_pairs), traits by which what goes together is alike (int_trait_weights), and the
choice among products of those categories. Matrices of baskets have shape (n_baskets, n_products),
float32, ones. All variants of a group must have been made one product.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.dbt_variables import dbt_variables
from alsolike.evaluation.product_traits import ProductTraits
from alsolike.history import Catalogue

# Traits that count, those of the greatest weight.
_MOST_TRAITS = 3
_PRODUCTS_AT_ONCE = 4096
# Scores held at a time, 8 bytes each.
_SCORES_AT_ONCE = 8_000_000


@dataclass(frozen=True, eq=False)
class ComplementLists:
    """What goes with each product: scores, as csr_matrix, shape (n_products, n_products), float32.

    Row: the product in the basket; column: what goes with it; above 0.
    """

    pairs: sp.csr_matrix
    of_categories: sp.csr_matrix

    def scores(self, baskets: sp.csr_matrix) -> NDArray[np.float32]:
        """Return the sums over the products of each basket: what pairs say comes first."""
        pairs = (baskets @ self.pairs).toarray()
        others = (baskets @ self.of_categories).toarray()
        highest = others.max(initial=0)
        return np.where(pairs > 0, highest + pairs, others)


def complement_lists(
    orders: sp.csr_matrix,
    baskets: sp.csr_matrix,
    catalogue: Catalogue,
    traits: ProductTraits,
    random: np.random.Generator,
) -> ComplementLists:
    """Make the lists from the orders, which hold pairs of products, and from `category_baskets`."""
    variables = dbt_variables()
    pairs = complement_scores(
        orders,
        minimum_support=variables["minimum_support"],
        shrinkage=variables["complement_shrinkage"],
        per_product=variables["complements_per_product"],
    )
    categories = _Categories(catalogue)
    counts = np.asarray(orders.sum(axis=0), np.float64).ravel()
    weights = trait_weights(baskets, counts, categories.of_product, traits, random)
    of_categories = _chosen(
        pairs, category_scores(baskets, categories), counts, categories, catalogue, traits, weights
    )
    return ComplementLists(pairs, of_categories)


class _Categories:
    """The categories of a catalogue, numbered.

    of_product: shape (n_products,), int64, -1 where a product has none; parents: of each category
    the number of the one above it, or -1; `n_parents` of them.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        paths = sorted({path for path in catalogue.categories if path})
        numbers = {path: number for number, path in enumerate(paths)}
        above = [path.rpartition(" > ")[0] for path in paths]
        tops = sorted({path for path in above if path})
        parents = {path: number for number, path in enumerate(tops)}
        self.of_product = np.array(
            [numbers.get(path or "", -1) for path in catalogue.categories], np.int64
        )
        self.parents = np.array([parents.get(path, -1) for path in above], np.int64)
        self.n_parents = len(parents)

    def __len__(self) -> int:
        return len(self.parents)


def category_baskets(orders: sp.csr_matrix, by_days: sp.csr_matrix) -> sp.csr_matrix:
    """Return the baskets that pairs of categories are counted in, as int_complement_baskets.

    They are the orders, or, where too few hold two products, what a shopper bought within days.
    """
    has_two = np.diff(orders.indptr) > 1
    share = dbt_variables()["complement_basket_share"]
    return orders if has_two.sum() >= share * len(has_two) else by_days


def complement_scores(
    members: sp.csr_matrix,
    *,
    minimum_support: float,
    shrinkage: float,
    per_product: float,
) -> sp.csr_matrix:
    """Score what is bought together with each product, as the mart product_complements.

    Score = together / (together + shrinkage) · ln(lift), lift = together · baskets / (baskets with
    the one · baskets with the other), for pairs with enough support and a lift above 1. The
    logarithm is the pointwise mutual information of the two (Church and Hanks 1990); the fraction
    shrinks the scores of pairs that few baskets hold.

    Parameters
    ----------
    members : csr_matrix, shape (n_baskets, n_products), float32, ones
    minimum_support : float
        Baskets that a pair must share.
    shrinkage : float
        Baskets at which a pair has half its score.
    per_product : float
        Most complements of a product; ties go to the pair that more baskets hold, then to the
        smaller product number.

    Returns
    -------
    csr_matrix, shape (n_products, n_products), float32
        Row: the product in the basket; column: what goes with it.
    """
    n_baskets, n_products = members.shape
    counts = np.asarray(members.sum(axis=0)).ravel()
    # A pair is in at most as many baskets as either product: the others need not be paired.
    frequent = np.flatnonzero(counts >= minimum_support)
    members = sp.csr_matrix(members[:, frequent])
    counts = counts[frequent]
    transposed = sp.csr_matrix(members.T)
    rows: list[NDArray[np.int64]] = []
    columns: list[NDArray[np.int64]] = []
    scores: list[NDArray[np.float64]] = []
    for start in range(0, max(1, len(frequent)), _PRODUCTS_AT_ONCE):
        pairs = (transposed[start : start + _PRODUCTS_AT_ONCE] @ members).tocoo()
        one, other = pairs.row.astype(np.int64) + start, pairs.col.astype(np.int64)
        is_pair = (one != other) & (pairs.data >= minimum_support)
        one, other, together = one[is_pair], other[is_pair], pairs.data[is_pair].astype(np.float64)
        lift = together * n_baskets / (counts[one].astype(np.float64) * counts[other])
        score = together / (together + shrinkage) * np.log(lift)
        order = np.lexsort((other, -together, -score, one))
        order = order[lift[order] > 1]
        ordered = one[order]
        kept = order[np.arange(len(order)) - np.searchsorted(ordered, ordered) < per_product]
        rows.append(frequent[one[kept]])
        columns.append(frequent[other[kept]])
        scores.append(score[kept])
    return sp.csr_matrix(
        (
            np.concatenate(scores).astype(np.float32),
            (np.concatenate(rows), np.concatenate(columns)),
        ),
        shape=(n_products, n_products),
    )


def category_scores(baskets: sp.csr_matrix, categories: _Categories) -> sp.csr_matrix:
    """Score which categories go with each, as int_category_pairs.

    csr_matrix, shape (n_categories, n_categories), float64; above 0.
    """
    variables = dbt_variables()
    size, n_baskets = len(categories), baskets.shape[0]
    has_category = np.flatnonzero(categories.of_product >= 0)
    places = (has_category, categories.of_product[has_category])
    ones = np.ones(len(has_category), np.float32)
    of_products = sp.csr_matrix((ones, places), shape=(baskets.shape[1], size))
    counted: Any = sp.csr_matrix(baskets @ of_products)
    has_two = np.asarray((counted > 1).sum(axis=0), np.float64).ravel()
    counted.data[:] = 1
    counts = np.asarray(counted.sum(axis=0), np.float64).ravel()
    met: Any = (counted.T @ counted).astype(np.float64).tocoo()
    is_other = met.row != met.col
    met = sp.csr_matrix((met.data[is_other], (met.row[is_other], met.col[is_other])), (size, size))
    with_itself: Any = met + sp.diags_array(has_two)
    own = _partners(sp.coo_matrix(with_itself), counts, counts, np.zeros(1), n_baskets)

    inside = np.flatnonzero(categories.parents >= 0)
    under = sp.csr_matrix(
        (np.ones(len(inside)), (categories.parents[inside], inside)),
        shape=(categories.n_parents, size),
    )
    met_of_parents = sp.coo_matrix(under @ met)
    parent_counts: NDArray[np.float64] = np.asarray(under @ counts)
    # The other category may be one of the parent's own: what it meets is then its sisters.
    is_own = categories.parents[met_of_parents.col] == met_of_parents.row
    of_parents = _partners(
        met_of_parents, parent_counts, counts, is_own * counts[met_of_parents.col], n_baskets
    )
    orphans = np.setdiff1d(inside, own.nonzero()[0])
    from_parents = sp.csr_matrix(
        (np.ones(len(orphans)), (orphans, categories.parents[orphans])),
        shape=(size, categories.n_parents),
    )
    partners: Any = (own + from_parents @ of_parents).tocoo()
    # By its parent a category never goes with itself.
    is_kept = (partners.row != partners.col) | ~np.isin(partners.row, orphans)
    one: NDArray[np.int64] = partners.row[is_kept]
    other: NDArray[np.int64] = partners.col[is_kept]
    scores: NDArray[np.float64] = partners.data[is_kept]
    order = np.lexsort((other, -scores, one))
    ordered = one[order]
    ranks = np.arange(len(order)) - np.searchsorted(ordered, ordered)
    kept = order[ranks < variables["complement_categories"]]
    return sp.csr_matrix((scores[kept], (one[kept], other[kept])), shape=(size, size))


def _partners(
    met: sp.coo_matrix,
    counts: NDArray[np.float64],
    other_counts: NDArray[np.float64],
    own_counts: NDArray[np.float64],
    n_baskets: int,
) -> sp.csr_matrix:
    """Score the pairs that meet often enough; own_counts: of each pair, not to count in the one."""
    variables = dbt_variables()
    expected = (counts[met.row] - own_counts) * other_counts[met.col] / max(1, n_baskets)
    lift = met.data / np.maximum(expected, 1e-12)
    is_partner = (met.data >= variables["category_support"]) & (lift >= variables["category_lift"])
    together = met.data[is_partner]
    scores = together / (together + variables["complement_shrinkage"]) * np.log(lift[is_partner])
    return sp.csr_matrix((scores, (met.row[is_partner], met.col[is_partner])), shape=met.shape)


def trait_weights(
    baskets: sp.csr_matrix,
    counts: NDArray[np.float64],
    categories: NDArray[np.int64],
    traits: ProductTraits,
    random: np.random.Generator,
) -> dict[int, float]:
    """Learn by which traits what goes together is alike, as int_trait_weights.

    Return the weights of the best traits, by position, the greatest first.
    """
    variables = dbt_variables()
    one, other = _pairs_of_categories(baskets, categories, random)
    shrinkage = variables["complement_shrinkage"]
    weights: dict[int, float] = {}
    for trait in range(len(traits.names)):
        values = traits.of(trait)
        has_any = np.diff(values.indptr) > 0
        both = has_any[one] & has_any[other]
        first, second = one[both], other[both]
        if not len(first):
            continue
        shared = np.asarray(values[first].multiply(values[second]).sum(axis=1)).ravel() > 0
        sold = np.where(has_any, counts, 0)
        of_category = sp.csr_matrix(
            (sold, (np.maximum(categories, 0), np.arange(len(sold)))),
            shape=(categories.max(initial=0) + 1, len(sold)),
        )
        of_category.data[categories[of_category.indices] < 0] = 0
        totals = np.asarray(of_category.sum(axis=1)).ravel()
        shares = sp.csr_matrix(sp.diags_array(1 / np.maximum(totals, 1e-12)) @ of_category @ values)
        of_pairs = sp.csr_matrix(values[first].multiply(shares[categories[second]]))
        chances = np.asarray(of_pairs.sum(axis=1), np.float64).ravel()
        expected = np.minimum(1, chances).sum()
        weight = float(np.log((shared.sum() + shrinkage) / (expected + shrinkage)))
        if weight >= variables["trait_weight"]:
            weights[trait] = weight
    best = sorted(weights, key=lambda trait: (-weights[trait], traits.names[trait]))
    return {trait: weights[trait] for trait in best[:_MOST_TRAITS]}


def _pairs_of_categories(
    baskets: sp.csr_matrix, categories: NDArray[np.int64], random: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return ordered pairs of products of two categories that a sample of the baskets hold."""
    variables = dbt_variables()
    most, width = int(variables["trait_baskets"]), int(variables["trait_basket_products"])
    rows = np.repeat(np.arange(baskets.shape[0]), np.diff(baskets.indptr))
    products = baskets.indices.astype(np.int64)
    has_category = categories[products] >= 0
    rows, products = rows[has_category], products[has_category]
    lowest = np.full(baskets.shape[0], len(categories), np.int64)
    highest = np.full(baskets.shape[0], -1, np.int64)
    np.minimum.at(lowest, rows, categories[products])
    np.maximum.at(highest, rows, categories[products])
    chosen = np.flatnonzero(highest > lowest)
    if len(chosen) > most:
        chosen = random.choice(chosen, most, replace=False)
    is_chosen = np.isin(rows, chosen)
    rows, products = rows[is_chosen], products[is_chosen]
    order = np.lexsort((random.random(len(rows)), rows))
    rows, products = rows[order], products[order]
    is_drawn = np.arange(len(rows)) - np.searchsorted(rows, rows) < width
    rows, products = rows[is_drawn], products[is_drawn]
    ones: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    others: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    for step in range(1, width):
        one, other = products[:-step], products[step:]
        is_pair = (rows[:-step] == rows[step:]) & (categories[one] != categories[other])
        ones += [one[is_pair], other[is_pair]]
        others += [other[is_pair], one[is_pair]]
    return np.concatenate(ones), np.concatenate(others)


def _chosen(
    pairs: sp.csr_matrix,
    partners: sp.csr_matrix,
    counts: NDArray[np.float64],
    categories: _Categories,
    catalogue: Catalogue,
    traits: ProductTraits,
    weights: dict[int, float],
) -> sp.csr_matrix:
    """Choose among the products of the categories that go with each product's own."""
    values = {trait: traits.of(trait) for trait in weights}
    shelves = [
        _Shelf(np.flatnonzero(categories.of_product == category), counts, catalogue, values)
        for category in range(len(categories))
    ]
    most = int(dbt_variables()["complements_per_product"])
    rows: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    columns: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    scores: list[NDArray[np.float64]] = [np.empty(0)]
    n_pairs = np.diff(pairs.indptr)
    for category in np.unique(partners.nonzero()[0]):
        others: list[int] = partners[category].indices.tolist()
        step = max(1, _SCORES_AT_ONCE // max(1, sum(len(shelves[o].choices) for o in others)))
        members = np.flatnonzero(categories.of_product == category)
        for start in range(0, len(members), step):
            part = members[start : start + step]
            found = np.concatenate(
                [
                    shelves[o].scores(part, values, weights, float(partners[category, o]), pairs)
                    for o in others
                ],
                axis=1,
            )
            products = np.concatenate([shelves[o].choices for o in others])
            by_id = np.argsort(products)
            found, products = found[:, by_id], products[by_id]
            order = np.argsort(-found, axis=1, kind="stable")[:, :most]
            best: NDArray[np.float64] = np.take_along_axis(found, order, axis=1)
            room: NDArray[np.int64] = (most - n_pairs[part])[:, np.newaxis]
            is_kept = np.asarray((best > 0) & (np.arange(best.shape[1]) < room), bool)
            rows.append(np.repeat(part, np.count_nonzero(is_kept, axis=1)))
            columns.append(products[order[is_kept]])
            scores.append(best[is_kept])
    return sp.csr_matrix(
        (
            np.concatenate(scores).astype(np.float32),
            (np.concatenate(rows), np.concatenate(columns)),
        ),
        shape=pairs.shape,
    )


class _Shelf:
    """The products of one category that may be chosen for another product."""

    def __init__(
        self,
        products: NDArray[np.int64],
        counts: NDArray[np.float64],
        catalogue: Catalogue,
        values: dict[int, sp.csr_matrix],
    ) -> None:
        variables = dbt_variables()
        order = np.lexsort((products, -counts[products], ~catalogue.is_in_stock[products]))
        ordered = products[order]
        is_popular = np.arange(len(ordered)) < variables["popular_choices"]
        self._firsts = {
            trait: _firsts_of_values(of_trait[ordered], int(variables["alike_choices"]))
            for trait, of_trait in values.items()
        }
        is_choice = is_popular.copy()
        for firsts in self._firsts.values():
            is_choice |= np.diff(firsts.indptr) > 0
        mean = counts[products].mean() if len(products) else 0
        self.choices = ordered[is_choice]
        self._is_popular = is_popular[is_choice]
        self._firsts = {trait: firsts[is_choice] for trait, firsts in self._firsts.items()}
        self._popularity = variables["popularity_weight"] * np.log(
            (counts[self.choices] + 1) / (mean + 1)
        )

    def scores(
        self,
        products: NDArray[np.int64],
        values: dict[int, sp.csr_matrix],
        weights: dict[int, float],
        base: float,
        pairs: sp.csr_matrix,
    ) -> NDArray[np.float64]:
        """Score the choices for some products: (n_products, n_choices), -inf for no candidate."""
        scores = np.tile(base + self._popularity, (len(products), 1))
        is_candidate = np.tile(self._is_popular, (len(products), 1))
        for trait, weight in weights.items():
            own = values[trait][products]
            shared = (own @ values[trait][self.choices].T).toarray() > 0
            scores += weight * shared
            is_candidate |= (own @ self._firsts[trait].T).toarray() > 0
        is_candidate &= products[:, np.newaxis] != self.choices
        is_candidate &= pairs[products][:, self.choices].toarray() == 0
        scores[~is_candidate] = -np.inf
        by_id = np.argsort(self.choices)
        order = by_id[np.argsort(-scores[:, by_id], axis=1, kind="stable")]
        # After a few of one category come those of the next.
        run = int(dbt_variables()["category_run"])
        falls = np.broadcast_to(np.arange(len(self.choices)) // run, scores.shape)
        np.put_along_axis(scores, order, np.take_along_axis(scores, order, axis=1) - falls, axis=1)
        return scores


def _firsts_of_values(values: sp.csr_matrix, most: int) -> sp.csr_matrix:
    """Keep of each value (column) the first products (rows) alone."""
    by_value = sp.csc_matrix(values)
    by_value.sort_indices()
    places = np.arange(by_value.nnz) - np.repeat(by_value.indptr[:-1], np.diff(by_value.indptr))
    by_value.data[places >= most] = 0
    by_value.eliminate_zeros()
    return sp.csr_matrix(by_value)
