"""Asking a case of the large shop, and what it reads that it should not."""

from typing import Any

import psycopg

from alsolike.database import APP_ROLE, query
from tests.integration.plans.cases import Case
from tests.integration.plans.readings import readings
from tests.shop.large import VECTOR_OF

# These stay small in any shop: a few models and the products that each begins with, and tables of a
# single row.
SMALL = {
    "encoders",
    "experiments",
    "models",
    "product_priors",
    "query_encoders",
    "search_limits",
    "serving_model",
    "shop_language",
}


def complaints(connection: psycopg.Connection[Any], case: Case, mode: str) -> list[str]:
    """Ask as the app does, roll back what that wrote, and tell what is wrong with the plan.

    Parameters
    ----------
    mode : str
        A value of `plan_cache_mode`.
    """
    parameters = dict(case.parameters)
    if parameters.get("query") == VECTOR_OF:
        row = connection.execute(
            "select embedding::text from recs.product_vectors_1 where product_id = %s", (VECTOR_OF,)
        ).fetchone()
        assert row is not None
        parameters["query"] = row[0]
    with connection.transaction(force_rollback=True):
        connection.execute("update recs.serving_model set model_id = %s", (case.model,))
        connection.execute(f"set local role {APP_ROLE}")  # pyright: ignore
        connection.execute(f"set local plan_cache_mode = {mode}")  # pyright: ignore
        # What another process reads for this one is not counted here.
        connection.execute("set local max_parallel_workers_per_gather = 0")
        with readings(connection) as read:
            found = connection.execute(query(case.statement), parameters, prepare=True).rowcount
    is_whole = found > 0 if case.rows is None else found == case.rows
    return [
        *([] if is_whole else [f"{found} rows in the answer"]),
        *(
            f"{rows} rows read of {table}"
            for table, rows in read.rows.items()
            if table not in SMALL and rows > case.most.get(table, 0)
        ),
        *(
            f"{table} read from its beginning"
            for table, times in read.scanned.items()
            if times and table not in SMALL and table not in case.whole
        ),
        *(f"{index} not searched" for index in case.searches if not read.searched[index]),
    ]
