"""The language of the products that do not name theirs, which the search needs in SQL."""

from alsolike.database import connect, query
from alsolike.revision_steps import LOCK_TIMEOUT

_BATCH = 1000


def set_shop_language(language: str) -> int | None:
    """Make a language the shop's, and make the search words of its products anew.

    Products that name a language are left as they are. Searches go on meanwhile; if it is
    interrupted, the next call does all of it.

    Parameters
    ----------
    language : str
        A BCP 47 tag such as `de` or `pt-BR`.

    Returns
    -------
    int or None
        Products whose words were made anew; None: it was the shop's language already.
    """
    with connect() as connection:
        row = connection.execute(query("alsolike/shop_language")).fetchone()
        if row == (language, True):
            return None
        # A writer that read the language before would write words of it after we are done.
        connection.execute("select set_config('lock_timeout', %s, true)", (LOCK_TIMEOUT,))
        connection.execute("lock table raw.products in share row exclusive mode")
        connection.execute(query("alsolike/set_shop_language"), {"language": language})
    count, last = 0, ""
    while True:
        with connect() as connection:
            parameters = {"language": language, "last": last, "row_count": _BATCH}
            row = connection.execute(query("alsolike/rewrite_words"), parameters).fetchone()
            if row is None or row[0] is None:
                break
            last = row[0]
            count += row[1]
    with connect() as connection:
        connection.execute("delete from recs.search_limits")
        connection.execute("select recs.write_search_words()")
        connection.execute("update raw.shop_language set is_applied = true")
    return count
