"""A shop with tables of its own shape, and the views of docs/pull.md that map them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alsolike.loading import LoadSummary
from alsolike.progress import ignore_progress
from alsolike.pull import pull
from alsolike.settings import load_settings
from tests.shop.database import open_database

_DOCUMENT = Path(__file__).parents[2] / "docs" / "pull.md"

TABLES = """
    create table categories (
        id integer primary key, parent_id integer references categories, name text not null
    );
    create table goods (
        id integer primary key, slug text, name text, words text, maker text, state text,
        category_id integer references categories, modified_at timestamptz not null default now()
    );
    create table variants (
        sku text primary key, good_id integer not null references goods, price_cents integer,
        stock integer not null, options jsonb, modified_at timestamptz not null default now()
    );
    create table customers (
        id integer primary key, full_name text, email text, personal_offers boolean,
        modified_at timestamptz not null default now()
    );
    create table orders (
        id integer primary key, customer_id integer, placed_at timestamptz, state text,
        is_test boolean not null default false, modified_at timestamptz not null default now()
    );
    create table order_lines (
        id integer primary key, order_id integer not null references orders, sku text,
        pieces integer, price_cents integer
    );
    create table ratings (
        id integer primary key, customer_id integer, sku text, stars integer,
        written_at timestamptz, words text, modified_at timestamptz not null default now()
    );
    insert into categories values (1, null, 'Kitchen'), (2, 1, 'Kettles');
    insert into goods values
        (10, 'kettle', 'Kettle', 'Boils.', 'Acme', 'published', 2),
        (11, 'cup', 'Cup', null, null, 'published', 1),
        (12, 'spoon', 'Spoon', null, null, 'draft', 1);
    insert into variants values
        ('K-RED', 10, 1250, 3, '{"colour": "red"}'), ('K-BLUE', 10, 1299, 0, null),
        ('CUP', 11, 399, 9, null), ('SPOON', 12, 100, 9, null);
    insert into customers values
        (1, 'Ann', 'ann@shop.test', true), (2, 'Bob', 'bob@shop.test', false);
    insert into orders values
        (100, 1, '2026-02-01 10:00+00', 'paid', false),
        (101, null, '2026-02-02 10:00+00', 'sent', false),
        (102, 2, '2026-02-03 10:00+00', 'cancelled', false),
        (103, 2, '2026-02-03 10:00+00', 'paid', true);
    insert into order_lines values
        (1000, 100, 'K-RED', 1, 1250), (1001, 100, 'CUP', 2, 399), (1002, 101, 'CUP', 1, 399),
        (1003, 102, 'CUP', 1, 399), (1004, 103, 'CUP', 1, 399);
    insert into ratings values (1, 1, 'K-RED', 5, '2026-02-05 10:00+00', 'Good.');
"""


_BLOCK = re.search(r"```sql\n(create schema .*?)```", _DOCUMENT.read_text(), re.DOTALL)
assert _BLOCK is not None
# The statements of docs/pull.md: the views, and the login that reads them.
DOCUMENT_VIEWS, _, _login = _BLOCK[1].partition("create role")
DOCUMENT_LOGIN = f"create role{_login}"


class Shop:
    """The database of the shop; its statements commit one by one."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self.run(TABLES)
        self.run(DOCUMENT_VIEWS)

    def run(self, script: str) -> list[tuple[Any, ...]]:
        """Run statements; the rows of the last one, if it has any."""
        with open_database(self.variables) as connection:
            cursor = connection.execute(script)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []


def pulled(**options: Any) -> LoadSummary:
    """Pull with the settings as they are now."""
    return pull(load_settings().pull, report=ignore_progress, **options)


def counts(summary: LoadSummary) -> dict[str, tuple[int, int, int, int]]:
    """Return loaded, unchanged, rejected and not kept rows of each view."""
    return {file.name.partition(".")[2]: file.counts for file in summary.files}
