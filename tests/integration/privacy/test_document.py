"""docs/privacy.md names every column that holds personal data, and analysts read none of them."""

import re
from pathlib import Path

import pytest

from alsolike.database import ANALYST_ROLE
from alsolike.progress import ignore_progress
from alsolike.transform import transform
from tests.shop.database import run

DOCUMENT = Path(__file__).parents[3] / "docs" / "privacy.md"

# Names that say of a column that its rows are about a person, or quote one.
OF_PEOPLE = (
    "shopper_id",
    "shopper_hash",
    "session_id",
    "visitor_id",
    "order_id",
    "display_name",
    "email",
    "password_hash",
    "review_id",
    "purchase_id",
    "view_id",
    "addition_id",
    "click_id",
    "body",
    "review_text",
    "review_texts",
    "reviewed_at",
    "purchased_at",
    "viewed_at",
    "added_at",
    "clicked_at",
    "hidden_at",
)


def documented() -> dict[str, set[str]]:
    """Return the columns by table, as the document's tables name them."""
    row = re.compile(
        r"^\| `((?:raw|staging|marts|analytics|recs|ops)\.\w+)` \| (.+?) \|", re.MULTILINE
    )
    rows = row.findall(DOCUMENT.read_text())
    return {table: set(re.findall(r"`(\w+)`", columns)) for table, columns in rows}


@pytest.mark.usefixtures("database")
def test_every_personal_column_is_documented_and_closed_to_analysts() -> None:
    transform(with_tests=False, report=ignore_progress)
    columns = run(
        "select n.nspname || '.' || c.relname, a.attname, "
        "has_column_privilege(%(analyst)s, c.oid, a.attnum, 'select') "
        "and has_schema_privilege(%(analyst)s, n.oid, 'usage') "
        "from pg_class as c inner join pg_namespace as n on c.relnamespace = n.oid "
        "inner join pg_attribute as a on c.oid = a.attrelid "
        "where n.nspname in ('raw', 'staging', 'marts', 'analytics', 'recs', 'ops') "
        "and a.attnum > 0 "
        # A partition holds what its table does.
        "and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition and not a.attisdropped",
        {"analyst": ANALYST_ROLE},
    )
    listed = documented()
    there = {(table, column) for table, column, _ in columns}
    missing = [
        f"{table}.{column}"
        for table, column, _ in columns
        if column in OF_PEOPLE and column not in listed.get(table, set())
    ]
    assert missing == [], f"name them in docs/privacy.md: {missing}"
    named = {(table, column) for table, names in listed.items() for column in names}
    assert named - there == set()
    assert [
        f"{table}.{column}"
        for table, column, is_readable in columns
        if is_readable and (table, column) in named
    ] == []
