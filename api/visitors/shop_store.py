"""What is known of the shop as a whole."""

from psycopg.rows import scalar_row

from alsolike.database import query
from api.database.pool import Connection


async def is_demo_shop(connection: Connection) -> bool:
    """Tell whether the demo made this shop, and nothing was loaded into it since."""
    cursor = connection.cursor(row_factory=scalar_row)
    await cursor.execute(query("alsolike/is_demo_shop"))
    return bool(await cursor.fetchone())
