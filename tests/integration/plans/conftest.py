"""One large shop for all plan tests: they read, and what one of them writes is rolled back."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.conftest import TEMPLATE
from tests.integration.plans.shop import make_shop

_DATABASE = "plans"


@pytest.fixture(scope="session")
def plan_shop(postgres_server: dict[str, str]) -> dict[str, str]:
    """Fill a database of its own; its `PG*` variables, which stay unset."""
    variables = {**postgres_server, "PGDATABASE": _DATABASE}
    with psycopg.connect(
        host=variables["PGHOST"],
        port=int(variables["PGPORT"]),
        user=variables["PGUSER"],
        dbname="postgres",
        autocommit=True,
    ) as connection:
        connection.execute(
            sql.SQL("create database {} template {}").format(
                sql.Identifier(_DATABASE), sql.Identifier(TEMPLATE)
            )
        )
        with pytest.MonkeyPatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            make_shop()
    # It goes with the server, at the end of the session.
    return variables


@pytest.fixture(scope="session")
def plan_connection(plan_shop: dict[str, str]) -> Iterator[psycopg.Connection[Any]]:
    """Give a connection to the large shop."""
    with psycopg.connect(
        host=plan_shop["PGHOST"],
        port=int(plan_shop["PGPORT"]),
        user=plan_shop["PGUSER"],
        dbname=plan_shop["PGDATABASE"],
        autocommit=True,
    ) as connection:
        yield connection
