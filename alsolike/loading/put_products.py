"""The rules of the loader as parts of a database function, by which the API puts products.

`migrations/functions/07_put_products.sql` has the places for them; every migrate fills them in, so
that a file and a request are checked alike.
"""

from collections.abc import Sequence
from typing import LiteralString

from psycopg import sql

from alsolike.database import query
from alsolike.loading.catalogue import KNOWN_PRICES, STORED, or_default, staged_value
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
    """Return a column as it was sent, or as it is known where a rule looks at what is left out.

    So it is with a title, and with prices and currency where one of these is sent.
    """
    if column == "title":
        known: sql.Composable = sql.SQL("p.title")
    elif column in KNOWN_PRICES:
        known = sql.SQL("case when s.given && {} then {} end").format(
            list(KNOWN_PRICES), sql.SQL(KNOWN_PRICES[column])
        )
    else:
        return sql.Identifier("r", column)
    return sql.SQL(
        "case when {name} = any(s.given) then {sent} else {known} end as {column}"
    ).format(
        name=column, sent=sql.Identifier("r", column), known=known, column=sql.Identifier(column)
    )


def _value(column: str) -> sql.Composable:
    """Return what to store in a product's column: what was sent, else what is known."""
    names = list(KNOWN_PRICES) if column in KNOWN_PRICES else [column]
    value = sql.SQL("case when s.given && {} then {} else {} end").format(
        names, staged_value(column), sql.Identifier("p", STORED[column])
    )
    return or_default(column, value)


def _joined(template: LiteralString, columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(
        sql.SQL(template).format(column=sql.Identifier(column), name=column) for column in columns
    )
