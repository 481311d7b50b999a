"""Insert or update staged products and shoppers."""

from psycopg import sql

from alsolike.database import query
from alsolike.loading.first_load import fill_empty_table
from alsolike.loading.staging import StagedFile, count, count_rejected


def upsert_products(staged: StagedFile, columns: set[str], *, is_complete: bool) -> int:
    """Insert or update the usable products; return how many are new or changed.

    Parameters
    ----------
    columns : set of str
        The columns that the file has; the others keep their values.
    is_complete : bool
        The file has all products that are sold; see `take_out_products`.
    """
    _reject_conflicts(staged)
    upsert = sql.SQL(query("alsolike/loading/upsert_products"))
    parameters = {"columns": sorted(columns), "is_complete": is_complete}
    loaded = fill_empty_table(staged, upsert, parameters, with_keys=False)
    if loaded is None:
        loaded = staged.connection.execute(upsert, parameters).rowcount
    return loaded


def take_out_products(staged: StagedFile) -> int:
    """Set the products that the file lacks out of stock, which hides them; return how many."""
    return staged.connection.execute(query("alsolike/loading/take_out_products")).rowcount


def upsert_shoppers(staged: StagedFile, source: str) -> int:
    """Insert or update the usable shoppers and their consent; return how many are new or changed.

    Parameters
    ----------
    source : str
        Recorded as the origin of the decisions on consent.
    """
    _reject_conflicts(staged)
    return count(staged, query("alsolike/loading/upsert_shoppers"), {"source": source})


def add_named_shoppers(staged: StagedFile, *, is_granted: bool, source: str) -> None:
    """Insert the shoppers that the file names, and the caller's statement where consent is unknown.

    Parameters
    ----------
    is_granted : bool
        Whether the caller says that they agreed to personalisation.
    source : str
        Recorded as the origin of the decision.
    """
    staged.connection.execute(query("alsolike/loading/create_named_shoppers"))
    staged.connection.execute(query("alsolike/loading/insert_named_shoppers"))
    staged.connection.execute(
        query("alsolike/loading/insert_consents"), {"is_granted": is_granted, "source": source}
    )


def _reject_conflicts(staged: StagedFile) -> None:
    table = staged.table
    here, there = (
        sql.SQL(", ").join(sql.Identifier(row, column) for column in table.columns)
        for row in ("u", "o")
    )
    staged.connection.execute(
        sql.SQL(query("alsolike/loading/conflicts_entries")).format(
            row_id=sql.Identifier(table.row_id),
            name=sql.Literal(table.row_id),
            noun=sql.Literal(table.noun),
            here=here,
            there=there,
        )
    )
    count_rejected(staged)
