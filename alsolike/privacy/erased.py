"""The list of erased shoppers, as writers of rows ask it."""

from typing import Any

import psycopg

from alsolike.database import query
from alsolike.errors import AlsolikeError
from alsolike.privacy.hashes import key_id


class ErasureKeyError(AlsolikeError):
    """The list of erased shoppers was made with another key than this process has."""


def has_erased_shoppers(connection: psycopg.Connection[Any]) -> bool:
    """Tell whether anybody is on the list.

    Raises
    ------
    ErasureKeyError
        Somebody is, by another key: this process would not recognise them.
    """
    row = connection.execute(
        query("alsolike/privacy/erased_shoppers"), {"key_id": key_id()}
    ).fetchone()
    has_any, has_others = row or (False, False)
    if has_others:
        message = (
            "The list of erased shoppers was made with another key, so they would come back: set "
            "ALSOLIKE_ERASURE_KEY to the key of then (without it the key follows from "
            "ALSOLIKE_SECRET, or from the secret below ALSOLIKE_HOME)."
        )
        raise ErasureKeyError(message)
    return bool(has_any)
