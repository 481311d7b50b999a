"""What shoppers consent to, as their shop states it."""

from api.database.pool import Connection
from api.http.ids import is_placeholder, not_a_shopper
from api.visitors import store
from api.visitors.answers import Shopper


async def record(connection: Connection, shopper_id: str, *, is_granted: bool) -> Shopper:
    """Record a decision about personalisation; an unknown shopper is made.

    Raises
    ------
    InvalidFieldError
        The id is unknown, and a word for nobody.
    """
    is_nobody = is_placeholder(shopper_id)
    is_known = await store.record_consent(
        connection, shopper_id, is_granted=is_granted, source="api", may_make=not is_nobody
    )
    if is_nobody and not is_known:
        raise not_a_shopper(shopper_id)
    return Shopper(shopper_id, personalisation=is_granted)
