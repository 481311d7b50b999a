"""Every statement that serves finds its rows by indexes, however Postgres comes to its plan."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

import api
from alsolike.database import APP_ROLE
from api.catalogue import store
from api.listing.choices import Choices
from api.listing.store import Listing, facets, listed_products
from tests.integration.plans.asking import SMALL, complaints
from tests.integration.plans.cases import CASES, Case

API = Path(api.__file__).parent

# Fewer rows than this, and to read all of a table may be the best plan.
LARGE = 3000

# Of no use to what serves: a number for its own sake, and the keys by which others write, erase and
# drop what is old. Those of
# groups are of use where products have variants: see test_functions.py.
FOR_OTHERS = {
    "baskets_changed_at_idx",
    "baskets_shopper_id_idx",
    "consents_pkey",
    "embeddings_pkey",
    "products_of_variants",
    "products_with_variants",
    "search_endings_word",
    "search_misspellings_word",
}


def _asked() -> Iterator[Any]:
    for case in CASES:
        for mode in ["force_custom_plan"] + ["force_generic_plan"] * case.is_prepared:
            name = f"{case.statement}-{case.name}-{mode.split('_')[1]}"
            yield pytest.param(case, mode, id=name.replace(", ", "-").replace(" ", "_"))


@pytest.mark.parametrize(("case", "mode"), list(_asked()))
def test_a_statement_reads_no_more_than_it_needs(
    plan_connection: psycopg.Connection[Any], case: Case, mode: str
) -> None:
    assert complaints(plan_connection, case, mode) == []


def test_no_statement_that_serves_is_forgotten() -> None:
    known = {
        f"api/{path.parent.parent.relative_to(API).as_posix()}/{path.stem}"
        for path in API.rglob("sql/*.sql")
    }
    used: set[str] = set()
    for path in API.rglob("*.py"):
        used |= set(re.findall(r'"((?:api|alsolike)/[a-z_/]+)"', path.read_text()))
    assert len(known) > 30
    assert known <= used
    assert {case.statement for case in CASES} == used


def test_the_tables_are_large_enough_to_tell(plan_connection: psycopg.Connection[Any]) -> None:
    rows = plan_connection.execute(
        "select c.relname, c.reltuples from pg_class as c "
        "where c.relkind = 'r' and c.relnamespace::regnamespace::text in ('raw', 'recs', 'marts') "
        "and has_table_privilege(%s, c.oid, 'select')",
        (APP_ROLE,),
    ).fetchall()
    assert {table for table, count in rows if count < LARGE} == SMALL


def test_every_index_is_missed_by_some_statement(
    plan_connection: psycopg.Connection[Any],
) -> None:
    indexes = plan_connection.execute(
        "select x.relname, t.relnamespace::regnamespace::text, t.relname, k.conname, w.relname "
        "from pg_index as i "
        "inner join pg_class as x on i.indexrelid = x.oid "
        "inner join pg_class as t on i.indrelid = t.oid "
        "left join pg_constraint as k on i.indexrelid = k.conindid and k.contype in ('p', 'u') "
        "left join pg_inherits as h on i.indexrelid = h.inhrelid "
        "left join pg_class as w on h.inhparent = w.oid "
        "where t.relkind = 'r' "
        "and t.relnamespace::regnamespace::text in ('raw', 'recs', 'marts') "
        "and has_table_privilege(%s, t.oid, 'select')",
        (APP_ROLE,),
    ).fetchall()
    assert len(indexes) > 25
    unmissed: set[str] = set()
    for index, schema, table, key, whole_index in indexes:
        if table in SMALL:
            continue
        # The index of a partition is that of the table it belongs to.
        drop = sql.SQL("drop index {}").format(sql.Identifier(schema, whole_index or index))
        if key is not None:
            whole, name = (
                ("product_vectors", "product_vectors_pkey")
                if table.startswith("product_vectors_")
                else (table, key)
            )
            drop = sql.SQL("alter table {} drop constraint {} cascade").format(
                sql.Identifier(schema, whole), sql.Identifier(name)
            )
        with plan_connection.transaction(force_rollback=True):
            plan_connection.execute(drop)
            if not any(_is_troubled(plan_connection, case) for case in CASES):
                unmissed.add(table if schema == "marts" else index)
    assert unmissed == FOR_OTHERS


def _is_troubled(connection: psycopg.Connection[Any], case: Case) -> bool:
    try:
        return complaints(connection, case, "force_custom_plan") != []
    except psycopg.errors.InvalidColumnReference:
        # An `on conflict` of which the key is gone.
        return True


def test_what_asks_for_a_category_is_never_prepared(plan_shop: dict[str, str]) -> None:
    prepared = asyncio.run(_ask_for_categories(plan_shop))
    assert any("product_id > coalesce" in statement for statement in prepared)
    assert not any("starts_with" in statement for statement in prepared)


async def _ask_for_categories(variables: dict[str, str]) -> list[str]:
    """Ask often enough for psycopg to prepare what it may; the statements it prepared."""
    async with await psycopg.AsyncConnection.connect(
        host=variables["PGHOST"],
        port=int(variables["PGPORT"]),
        user=variables["PGUSER"],
        dbname=variables["PGDATABASE"],
        autocommit=True,
    ) as connection:
        for _ in range(2 * (connection.prepare_threshold or 0)):
            assert await store.has_category(connection, "Department 3")
            assert await store.category_products(connection, "Department 3", None, 5)
            assert await store.list_products(connection, "Department 3", None, 5)
            listing = Listing(within="Department 3")
            chosen = Choices(sort="price-up", in_stock=True)
            assert (await listed_products(connection, listing, chosen, 5)).positions
            assert await facets(connection, listing, chosen)
            assert await store.list_products(connection, None, None, 5)
        cursor = await connection.execute("select statement from pg_prepared_statements")
        return [row[0] for row in await cursor.fetchall()]
