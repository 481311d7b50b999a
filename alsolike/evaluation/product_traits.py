"""By what products can be alike: their brand, price level and attributes."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from alsolike.database import connect, query
from alsolike.history import Catalogue


@dataclass(frozen=True, eq=False)
class ProductTraits:
    """The traits of products, as dbt's int_product_traits has them.

    Attributes
    ----------
    names : list of str
        Of the traits.
    values : csr_matrix, shape (n_products, n_values), float32
        Ones where a product has a value of a trait.
    traits : ndarray, shape (n_values,), int64
        The trait that each value belongs to, as a position in `names`.
    """

    names: list[str]
    values: sp.csr_matrix
    traits: NDArray[np.int64]

    def of(self, trait: int) -> sp.csr_matrix:
        """Return which products have which values of a trait: (n_products, n_values_of_trait)."""
        return sp.csr_matrix(self.values[:, np.flatnonzero(self.traits == trait)])


def no_traits(size: int) -> ProductTraits:
    """Return the traits of so many products of which nothing is known."""
    return ProductTraits([], sp.csr_matrix(np.zeros((size, 0), np.float32)), np.empty(0, np.int64))


def read_traits(catalogue: Catalogue) -> ProductTraits:
    """Read the traits of a catalogue's products; none before dbt has built them."""
    with connect() as connection:
        table = connection.execute("select to_regclass('staging.int_product_traits')").fetchone()
        if table == (None,):
            return no_traits(len(catalogue))
        rows = connection.execute(query("alsolike/evaluation/product_traits")).fetchall()
    numbers = {product_id: number for number, product_id in enumerate(catalogue.product_ids)}
    return traits_of(
        [
            (numbers[product_id], trait, value)
            for product_id, trait, value in rows
            if product_id in numbers
        ],
        len(catalogue),
    )


def traits_of(rows: list[tuple[int, str, str]], size: int) -> ProductTraits:
    """Return the traits of so many products from rows of a product's number, a trait and a value.

    No row comes twice.
    """
    names: dict[str, int] = {}
    values: dict[tuple[str, str], int] = {}
    for _, trait, value in rows:
        names.setdefault(trait, len(names))
        values.setdefault((trait, value), len(values))
    places = (
        np.array([row[0] for row in rows], np.int64),
        np.array([values[row[1:]] for row in rows], np.int64),
    )
    ones = np.ones(len(rows), np.float32)
    return ProductTraits(
        list(names),
        sp.csr_matrix((ones, places), shape=(size, len(values))),
        np.array([names[trait] for trait, _ in values], np.int64),
    )
