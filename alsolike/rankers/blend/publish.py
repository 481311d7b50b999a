"""Write a fitted model to the database, all of it or nothing."""

from collections.abc import Mapping
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


def publish(
    connection: psycopg.Connection[Any],
    fitted: FittedModel,
    catalogue: Catalogue,
    *,
    name: str,
    encoder: TextEncoder,
    data: Mapping[str, Any],
    purpose: Literal["serve", "evaluate"],
    products: NDArray[np.integer] | None = None,
    report: Report,
) -> int:
    """Register the model under a free name and write its neighbours, priors, factors and vectors.

    Return its id. The caller commits. With `products` only these get neighbours, for an evaluation
    that asks for no others.
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
    if products is None:
        products = np.arange(len(catalogue))
    _copy_neighbours(connection, fitted, catalogue, model_id, products, report)
    return model_id


def _copy_neighbours(
    connection: psycopg.Connection[Any],
    fitted: FittedModel,
    catalogue: Catalogue,
    model_id: int,
    products: NDArray[np.integer],
    report: Report,
) -> None:
    ids = catalogue.product_ids
    own_categories: list[tuple[int, str, float, str]] = []
    with connection.cursor().copy(query("alsolike/rankers/blend/copy_neighbours")) as copy:
        done = 0
        for part, neighbours, scores in fitted.neighbours_in_parts(products):
            # Sorted: after the first score of 0 there is nothing more.
            counts = np.count_nonzero(scores > 0, axis=1)
            for row, count in enumerate(counts):
                product = int(part[row])
                product_id, category = ids[product], catalogue.categories[product]
                for place in range(int(count)):
                    neighbour_id = ids[int(neighbours[row, place])]
                    score = float(scores[row, place])
                    copy.write_row((model_id, product_id, place + 1, neighbour_id, score))
                if category in fitted.repurchase:
                    own = (
                        "01"[catalogue.categories[int(other)] == category]
                        for other in neighbours[row, :count]
                    )
                    factor = fitted.repurchase[category]
                    own_categories.append((model_id, product_id, factor, "".join(own)))
            done += len(part)
            report("neighbours", done, len(products))
    with connection.cursor().copy(query("alsolike/rankers/blend/copy_repurchase_factors")) as copy:
        for row in own_categories:
            copy.write_row(row)
