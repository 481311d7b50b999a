"""Put staged products or shoppers into their table; these may change."""

from psycopg import sql

from alsolike.database import query
from alsolike.loading.first_load import fill_empty_table
from alsolike.loading.staging import Staged, count_rejected


def upsert_products(staged: Staged, columns: set[str], *, is_complete: bool) -> int:
    """Insert or update the usable products; the number that is new or changed.

    Parameters
    ----------
    columns : set of str
        The columns that the file has; the others keep what is known.
    is_complete : bool
        The file has all products that are sold; see `take_out_products`.
    """
    staged.connection.execute(query("alsolike/loading/conflicts_products"))
    count_rejected(staged)
    upsert = sql.SQL(query("alsolike/loading/upsert_products"))
    parameters = {"columns": sorted(columns), "is_complete": is_complete}
    loaded = fill_empty_table(staged, upsert, parameters, with_keys=False)
    if loaded is None:
        loaded = staged.connection.execute(upsert, parameters).rowcount
    return loaded


def take_out_products(staged: Staged) -> int:
    """Set the products out of stock that the file lacks, so that no list has them; their number."""
    return staged.connection.execute(query("alsolike/loading/take_out_products")).rowcount


def upsert_shoppers(staged: Staged, source: str) -> int:
    """Insert or update the usable shoppers and their consent; the number new or changed.

    Parameters
    ----------
    source : str
        What is recorded as the origin of the decisions on consent.
    """
    staged.connection.execute(query("alsolike/loading/conflicts_shoppers"))
    count_rejected(staged)
    row = staged.connection.execute(
        query("alsolike/loading/upsert_shoppers"), {"source": source}
    ).fetchone()
    return 0 if row is None else int(row[0])


def know_named_shoppers(staged: Staged, *, is_granted: bool, source: str) -> None:
    """Make the shoppers known that the file names, with a decision where they have none.

    Parameters
    ----------
    is_granted : bool
        Whether the caller says that they agreed to personalisation.
    source : str
        What is recorded as the origin of the decision.
    """
    staged.connection.execute(query("alsolike/loading/create_named_shoppers"))
    staged.connection.execute(query("alsolike/loading/insert_named_shoppers"))
    staged.connection.execute(
        query("alsolike/loading/insert_consents"), {"is_granted": is_granted, "source": source}
    )
