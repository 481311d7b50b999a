"""Shoppers whom the identity provider names."""

from psycopg.rows import scalar_row

from alsolike.database import query
from alsolike.privacy.hashes import shopper_hash
from api.database.pool import Connection
from api.oidc.provider import Identity


async def admit(connection: Connection, identity: Identity) -> bool:
    """Make a shopper of somebody unknown, and take over the name; False: they were erased."""
    cursor = connection.cursor(row_factory=scalar_row)
    parameters = {
        "shopper_id": identity.shopper_id,
        "display_name": identity.display_name,
        "shopper_hash": shopper_hash(identity.shopper_id),
    }
    await cursor.execute(query("api/oidc/admit_shopper"), parameters)
    return bool(await cursor.fetchone())
