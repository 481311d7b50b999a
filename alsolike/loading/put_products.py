"""The rules of the loader as parts of a database function, by which the API puts products.

`migrations/functions/07_put_products.sql` has the places for them; every migrate fills them in, so
that a file and a request are checked alike.
"""

from collections.abc import Sequence
from typing import LiteralString

from psycopg import sql

from alsolike.database import query
from alsolike.loading.catalogue import STORED, or_default, staged_value
from alsolike.loading.faults import fault_of
from alsolike.loading.tables import PRODUCTS


def parts_of_function() -> dict[str, sql.Composable]:
    """Return the parts by the names of their places."""
    columns = PRODUCTS.columns
    names = list(STORED.values())
    return {
        "sent_columns": _joined("{column} text", columns),
        "staged": sql.SQL(", ").join(map(_staged, columns)),
        "repairs": sql.SQL(query("alsolike/loading/repairs_products")),
        "repaired": _joined(
            "case when f.fields ? {name} then f.fields ->> {name} else s.{column} end as {column}",
            columns,
        ),
        "fault": fault_of(PRODUCTS),
        "columns": _joined("{column}", names),
        "values": sql.SQL(", ").join(map(_value, STORED)),
        "stored": _joined("k.{column}", names),
        "excluded": _joined("excluded.{column}", names),
    }


def _staged(column: str) -> sql.Composable:
    """Return a column as it was sent. A title that is left out is the known one."""
    if column != "title":
        return sql.Identifier("r", column)
    return sql.SQL("case when 'title' = any(s.given) then r.title else p.title end as title")


def _value(column: str) -> sql.Composable:
    """Return what to store in a product's column: what was sent, else what is known."""
    value = sql.SQL("case when {} = any(s.given) then {} else {} end").format(
        column, staged_value(column), sql.Identifier("p", STORED[column])
    )
    return or_default(column, value)


def _joined(template: LiteralString, columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(
        sql.SQL(template).format(column=sql.Identifier(column), name=column) for column in columns
    )
