"""Every statement that serves finds its rows by indexes, however Postgres comes to its plan."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

import alsolike
import api
from alsolike.database import APP_ROLE, query
from tests.integration.plans.cases import CASES, Case
from tests.integration.plans.readings import readings
from tests.integration.plans.shop import VECTOR_OF

SQL = Path(alsolike.__file__).parent / "sql"

# These stay small in any shop: a few models, and the products that each begins with.
SMALL = {"encoders", "models", "product_priors", "query_encoders", "serving_model"}

# Fewer rows than this, and to read all of a table may be the best plan.
LARGE = 3000


def _asked() -> Iterator[Any]:
    for case in CASES:
        for mode in ["force_custom_plan"] + ["force_generic_plan"] * case.is_prepared:
            name = f"{case.statement}-{case.name}-{mode.split('_')[1]}"
            yield pytest.param(case, mode, id=name.replace(", ", "-").replace(" ", "_"))


@pytest.mark.parametrize(("case", "mode"), list(_asked()))
def test_a_statement_reads_no_more_than_it_needs(
    plan_connection: psycopg.Connection[Any], case: Case, mode: str
) -> None:
    parameters = dict(case.parameters)
    if parameters.get("query") == VECTOR_OF:
        row = plan_connection.execute(
            "select embedding::text from recs.product_vectors_1 where product_id = %s", (VECTOR_OF,)
        ).fetchone()
        assert row is not None
        parameters["query"] = row[0]
    with plan_connection.transaction(force_rollback=True):
        plan_connection.execute("update recs.serving_model set model_id = %s", (case.model,))
        plan_connection.execute(f"set local role {APP_ROLE}")  # pyright: ignore
        plan_connection.execute(f"set local plan_cache_mode = {mode}")  # pyright: ignore
        # What another process reads for this one is not counted here.
        plan_connection.execute("set local max_parallel_workers_per_gather = 0")
        with readings(plan_connection) as read:
            cursor = plan_connection.execute(query(case.statement), parameters, prepare=True)
    if case.rows is None:
        assert cursor.rowcount > 0
    else:
        assert cursor.rowcount == case.rows
    too_many = {
        table: rows
        for table, rows in read.rows.items()
        if table not in SMALL and rows > case.most.get(table, 0)
    }
    assert too_many == {}
    assert {t for t, times in read.scanned.items() if times and t not in SMALL} <= set(case.whole)
    assert {i for i in case.searches if not read.searched[i]} == set()


def test_no_statement_that_serves_is_forgotten() -> None:
    known = {path.relative_to(SQL).with_suffix("").as_posix() for path in SQL.rglob("*.sql")}
    used: set[str] = set()
    for path in Path(api.__file__).parent.rglob("*.py"):
        used |= set(re.findall(r'"([a-z_]+/[a-z_]+)"', path.read_text())) & known
    kept = {name for name in known if name.startswith(("serving/", "ladder/"))}
    assert len(kept) > 30
    assert kept <= used
    assert {case.statement for case in CASES} == used


def test_the_tables_are_large_enough_to_tell(plan_connection: psycopg.Connection[Any]) -> None:
    rows = plan_connection.execute(
        "select c.relname, c.reltuples from pg_class as c "
        "where c.relkind = 'r' and c.relnamespace::regnamespace::text in ('raw', 'recs', 'marts') "
        "and has_table_privilege(%s, c.oid, 'select')",
        (APP_ROLE,),
    ).fetchall()
    assert {table for table, count in rows if count < LARGE} == SMALL
