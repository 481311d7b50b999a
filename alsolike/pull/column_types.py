"""Which types of Postgres a column of a mapping view may have.

What cannot be a column's content would be read as text that means nothing, such as `{Kettle}` of an
array, and change every row without an error.
"""

from typing import NamedTuple

from alsolike.loading.tables import Table

_NUMBERS = frozenset(("price", "sale_price", "quantity", "unit_price", "rating"))
_ANSWERS = frozenset(("in_stock", "is_hidden", "consent", "measurement"))
# Categories of types (pg_type.typcategory): strings and those whose values have names.
_TEXTS = "SE"
# Arrays, composite types, geometry, pseudo-types, ranges, time spans.
_NEVER_TEXT = "ACGPRT"
_JSON = ("json", "jsonb")
_DAYS = ("date", "timestamp with time zone", "timestamp without time zone")


class ColumnType(NamedTuple):
    """The type of a column: what it is called, and its category in `pg_type`."""

    name: str
    category: str


def type_fault(table: Table, column: str, given: ColumnType) -> str | None:
    """Return what is expected in place of a column's type, if it cannot be of that column."""
    name, category = given
    if column == "attributes":
        expected, is_right = "jsonb", name in _JSON
    elif column == table.time:
        expected, is_right = "timestamptz", name in _DAYS
    elif column in _NUMBERS:
        expected, is_right = "numeric", category == "N"
    elif column in _ANSWERS:
        expected, is_right = "boolean", category in "BN"
    elif name in _JSON:
        expected, is_right = "text (write ->> in place of ->)", False
    else:
        expected, is_right = "text", category not in _NEVER_TEXT and name != "bytea"
    return None if is_right or category in _TEXTS else expected
