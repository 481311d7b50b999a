"""One large shop for all plan tests: they read, and what one of them writes is rolled back."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.shop.database import cloned_database, open_database, variables_set
from tests.shop.large import make_shop


@pytest.fixture(scope="session")
def plan_shop(postgres_server: dict[str, str]) -> Iterator[dict[str, str]]:
    """Fill a database of its own; its `PG*` variables, which stay unset."""
    with cloned_database(postgres_server) as variables:
        with variables_set(variables):
            make_shop()
        yield variables


@pytest.fixture(scope="session")
def plan_connection(plan_shop: dict[str, str]) -> Iterator[psycopg.Connection[Any]]:
    """Give a connection to the large shop."""
    with open_database(plan_shop) as connection:
        yield connection
