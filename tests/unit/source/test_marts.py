"""The tables of dbt are made in tests by their contracts, never by hand."""

import re
from pathlib import Path

import pytest

from tests.shop.marts import contracts

TESTS = Path(__file__).resolve().parents[2]
# What a shop had before it installed this one, and what our first version left.
OTHERS_TABLES = {"integration/test_migrations.py", "integration/test_transform.py"}
# It shows what is noticed.
ITSELF = "unit/source/test_marts.py"

TABLES = "|".join(sorted(contracts()))
TYPED = re.compile(rf"create\s[\w\s]*\b(table|view)\s+(marts|staging)\.({TABLES})\b", re.IGNORECASE)


def test_no_test_types_the_table_of_a_mart() -> None:
    assert {
        path.relative_to(TESTS).as_posix()
        for path in TESTS.rglob("*.py")
        if TYPED.search(path.read_text())
    } == {*OTHERS_TABLES, ITSELF}


@pytest.mark.parametrize(
    ("text", "is_typed"),
    [
        ("create table marts.product_popularity (", True),
        ("create or replace view marts.shopper_events as", True),
        ("create table marts.revenue (x integer)", False),
        ("select * from marts.product_popularity", False),
    ],
)
def test_a_typed_mart_is_noticed(text: str, is_typed: bool) -> None:
    assert (TYPED.search(text) is not None) is is_typed
