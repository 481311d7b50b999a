"""Write a fitted model to the database, all of it or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import psycopg
from numpy.typing import NDArray

from alsolike.database import query
from alsolike.history import Catalogue
from alsolike.models import add_model
from alsolike.product_vectors import TEXT_PARTS, write_product_vectors
from alsolike.progress import Report
from alsolike.rankers.blend.fit import FittedModel
from alsolike.texts import TextEncoder

# Products whose rows are written at a time.
_PRODUCTS_AT_ONCE = 10_000


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The neighbours of some products, best first: 0.8 GB for a million products with 100 each.

    Attributes
    ----------
    products : ndarray, shape (n_products,), int
        Numbers of the products that have neighbours here.
    neighbours : ndarray, shape (n_products, recipe.neighbours), int32
        Their numbers; -1 after the last one.
    scores : ndarray, shape (n_products, recipe.neighbours), float32
        Descending; 0 after the last one.
    """

    products: NDArray[np.integer]
    neighbours: NDArray[np.int32]
    scores: NDArray[np.float32]


def find_neighbours(
    fitted: FittedModel, products: NDArray[np.integer], report: Report
) -> Neighbours:
    """Compute the neighbours of some products: hours of a large shop, before anything is locked."""
    shape = len(products), fitted.recipe.neighbours
    found = Neighbours(products, np.empty(shape, np.int32), np.empty(shape, np.float32))
    done = 0
    for part, neighbours, scores in fitted.neighbours_in_parts(products):
        places = slice(done, done + len(part))
        found.neighbours[places], found.scores[places] = neighbours, scores
        done += len(part)
        report("neighbours", done, len(products))
    return found


def publish(
    connection: psycopg.Connection[Any],
    fitted: FittedModel,
    neighbours: Neighbours,
    catalogue: Catalogue,
    *,
    name: str,
    encoder: TextEncoder,
    data: Mapping[str, Any],
    purpose: Literal["serve", "evaluate"],
    report: Report,
) -> int:
    """Register the model under a free name and write its neighbours, priors, factors and vectors.

    Return its id. The caller commits, and until then nobody else adds or drops a model. An
    evaluation needs no neighbours but those of the products that it asks with.
    """
    model_id = add_model(
        connection,
        name=name,
        encoder_id=encoder.encoder_id,
        dimension=encoder.dimension,
        purpose=purpose,
        seed=fitted.recipe.seed,
        parameters=fitted.recipe.as_dict(),
        serving=fitted.serving,
        learned=fitted.learned,
        data=data,
    )
    write_product_vectors(
        connection, model_id=model_id, encoder_id=encoder.encoder_id, parts=TEXT_PARTS
    )
    with connection.cursor().copy(query("alsolike/rankers/blend/copy_priors")) as copy:
        for product in np.flatnonzero(fitted.priors > 0):
            copy.write_row(
                (model_id, catalogue.product_ids[product], float(fitted.priors[product]))
            )
    _copy_neighbours(connection, neighbours, catalogue, model_id, report)
    _copy_factors(connection, neighbours, fitted.repurchase, catalogue, model_id)
    return model_id


def _copy_neighbours(
    connection: psycopg.Connection[Any],
    found: Neighbours,
    catalogue: Catalogue,
    model_id: int,
    report: Report,
) -> None:
    ids = catalogue.product_ids
    with connection.cursor().copy(query("alsolike/rankers/blend/copy_neighbours")) as copy:
        for start in range(0, len(found.products), _PRODUCTS_AT_ONCE):
            rows = slice(start, start + _PRODUCTS_AT_ONCE)
            products: list[int] = found.products[rows].tolist()
            scores = found.scores[rows]
            # Sorted: after the first score of 0 there is nothing more.
            counts: list[int] = np.count_nonzero(scores > 0, axis=1).tolist()
            for row, (product, count) in enumerate(zip(products, counts, strict=True)):
                neighbours: list[int] = found.neighbours[start + row, :count].tolist()
                values: list[float] = scores[row, :count].tolist()
                for place, (neighbour, score) in enumerate(zip(neighbours, values, strict=True)):
                    copy.write_row((model_id, ids[product], place + 1, ids[neighbour], score))
            report("write neighbours", min(rows.stop, len(found.products)), len(found.products))


def _copy_factors(
    connection: psycopg.Connection[Any],
    found: Neighbours,
    repurchase: Mapping[str, float],
    catalogue: Catalogue,
    model_id: int,
) -> None:
    """Write the factors of products whose category has one, with a bit for each neighbour."""
    categories = catalogue.categories
    products: list[int] = found.products.tolist()
    with connection.cursor().copy(query("alsolike/rankers/blend/copy_repurchase_factors")) as copy:
        for row, product in enumerate(products):
            category = categories[product]
            if category is None or category not in repurchase:
                continue
            count = np.count_nonzero(found.scores[row] > 0)
            others: list[int] = found.neighbours[row, :count].tolist()
            own = "".join("01"[categories[other] == category] for other in others)
            factor = repurchase[category]
            copy.write_row((model_id, catalogue.product_ids[product], factor, own))
