"""Keep evaluations in the database."""

import math
from collections.abc import Mapping
from typing import Any

from psycopg.types.json import Jsonb

from alsolike.database import connect, query
from alsolike.evaluation.results import Evaluation, EvaluationError, or_none


def store_evaluation(
    evaluation: Evaluation, *, data_fingerprint: str, parameters: Mapping[str, Any]
) -> int:
    """Write an evaluation with its metrics and differences, in one transaction.

    Return its `evaluation_id`. Of models that may have seen the answers nothing is kept: nobody who
    reads the figures later could tell them from the others.

    The parameters say what it takes to run it again. The seed, the shoppers and held-out products
    of each slice, and the seconds are added.
    """
    evaluation = evaluation.honest()
    with connect() as connection, connection.cursor() as cursor:
        row = cursor.execute(
            query("alsolike/evaluation/insert_evaluation"),
            {
                "split": evaluation.split,
                "k": evaluation.k,
                "cutoff": evaluation.cutoff_at,
                "shopper_count": evaluation.shoppers.get("all", 0),
                "parameters": Jsonb(
                    {
                        **parameters,
                        "seed": evaluation.seed,
                        "shoppers": dict(evaluation.shoppers),
                        "held_out": dict(evaluation.held_out),
                        "lists": evaluation.lists,
                        "seconds": evaluation.as_dict()["seconds"],
                    }
                ),
                "data_fingerprint": data_fingerprint,
            },
        ).fetchone()
        if row is None:
            message = "The database kept no evaluation."
            raise EvaluationError(message)
        evaluation_id = int(row[0])
        cursor.executemany(
            query("alsolike/evaluation/insert_metric"),
            [
                {
                    "evaluation_id": evaluation_id,
                    "model": model,
                    "slice": part,
                    "metric": metric,
                    "value": or_none(value.value),
                    "low": or_none(value.low),
                    "high": or_none(value.high),
                }
                for model, result in evaluation.models.items()
                for part, metrics in result.metrics.items()
                for metric, value in metrics.items()
            ],
        )
        cursor.executemany(
            query("alsolike/evaluation/insert_difference"),
            [
                {
                    "evaluation_id": evaluation_id,
                    "model": model,
                    "against": against,
                    "metric": metric,
                    "difference": value.value,
                    "low": value.low,
                    "high": value.high,
                }
                for (model, against), metrics in evaluation.differences.items()
                for metric, value in metrics.items()
                # A model without lists has NaN for its difference: skip it.
                if not math.isnan(value.value) and not math.isnan(value.low)
            ],
        )
    return evaluation_id
