"""Which tokens were used, in the one database that all processes of the site share."""

from datetime import datetime

import psycopg

from alsolike.database import query
from alsolike.privacy.hashes import token_hash
from api.database.failures import DatabaseAwayError
from api.database.pool import Connection
from api.ladder.ladder import Ladder


async def spend_token(ladder: Ladder, token_id: str, expires_at: datetime) -> bool:
    """Note that a token is used; tells whether it was not used before.

    Raises
    ------
    DatabaseAwayError, psycopg.Error
        It cannot be noted now.
    """

    async def work(connection: Connection) -> bool:
        # A retry after a lost connection may find what the first try wrote: better to refuse a
        # token that was not used than to take one twice.
        cursor = await connection.execute(
            query("api/ladder/spend_token"),
            {"token_hash": token_hash(token_id), "expires_at": expires_at},
        )
        return cursor.rowcount == 1

    try:
        is_new, _ = await ladder.write(work)
    except psycopg.errors.ReadOnlySqlTransaction as error:
        message = "The database takes no writes now, so no token can be used."
        raise DatabaseAwayError(message) from error
    return is_new
