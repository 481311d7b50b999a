"""Tell a shopper what is kept of them: the right of access.

The document is an object with a list of rows for each table that has some. The schema of JSON in
`web/static/my-data.schema.json` describes it.
"""

from collections.abc import Iterator
from typing import Any, LiteralString

import psycopg

from alsolike.database import query
from alsolike.privacy.hashes import shopper_hash

# Rows that one round trip brings.
ROWS_AT_ONCE = 1000


def access(shopper_id: str) -> tuple[LiteralString, dict[str, object]]:
    """Return the statement that reads what is kept of a shopper, and its parameters.

    Its row is the document. The site runs it on a connection of its own kind.
    """
    return query("alsolike/privacy/shopper_data"), _parameters(shopper_id)


def access_by_row(shopper_id: str) -> tuple[LiteralString, dict[str, object]]:
    """Return the statement that reads the same row by row, for a `Document`."""
    return query("alsolike/privacy/shopper_rows"), _parameters(shopper_id)


class Document:
    """Writes the document as its rows come, one a line, so that none of it is kept in memory."""

    def __init__(self) -> None:
        self._table: str | None = None

    def add(self, table: str, content: str) -> str:
        """Return what a row adds.

        Parameters
        ----------
        table : str
            The row's; the rows of a table come one after the other.
        content : str
            The row as JSON.
        """
        if table == self._table:
            return f",\n{content}"
        before = "{" if self._table is None else "\n],"
        self._table = table
        return f'{before}\n"{table}": [\n{content}'

    def end(self) -> str:
        """Return what ends the document."""
        return "{}\n" if self._table is None else "\n]\n}\n"


def shopper_data(connection: psycopg.Connection[Any], shopper_id: str) -> Iterator[str]:
    """Give the document in pieces; none where nothing is kept of the shopper.

    The connection's transaction lasts until the last of them.
    """
    document = Document()
    with connection.cursor("shopper_rows") as cursor:
        cursor.itersize = ROWS_AT_ONCE
        is_empty = True
        for table, content in cursor.execute(*access_by_row(shopper_id)):
            is_empty = False
            yield document.add(table, content)
    if not is_empty:
        yield document.end()


def _parameters(shopper_id: str) -> dict[str, object]:
    return {"shopper_id": shopper_id, "shopper_hash": shopper_hash(shopper_id)}
