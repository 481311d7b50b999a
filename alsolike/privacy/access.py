"""Tell a shopper what is kept of them: the right of access."""

from typing import Any, LiteralString

import psycopg

from alsolike.database import query
from alsolike.privacy.hashes import shopper_hash


def access(shopper_id: str) -> tuple[LiteralString, dict[str, object]]:
    """Return the statement that reads what is kept of a shopper, and its parameters.

    Its row is an object with a list of rows for each table. The site runs it on a connection of its
    own kind.
    """
    return query("alsolike/privacy/shopper_data"), {
        "shopper_id": shopper_id,
        "shopper_hash": shopper_hash(shopper_id),
    }


def shopper_data(connection: psycopg.Connection[Any], shopper_id: str) -> dict[str, Any]:
    """Return what is kept of a shopper: a list of rows for each table that has some."""
    row = connection.execute(*access(shopper_id)).fetchone()
    return row[0] if row else {}
