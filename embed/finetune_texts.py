"""The texts that an encoder is fine-tuned on."""

from alsolike.database import connect, query
from alsolike.history import Catalogue
from embed.claim import check_documents


def read_texts(catalogue: Catalogue) -> list[str]:
    """Return the name and the details of each product, by its number; empty where it has neither.

    Raises
    ------
    NoDocumentsError
        dbt has not built the documents yet.
    """
    return _read("embed/product_texts", catalogue)


def read_names(catalogue: Catalogue) -> list[str]:
    """Return the name of each product, by its number; empty where it has none.

    Raises
    ------
    NoDocumentsError
        dbt has not built the documents yet.
    """
    return _read("embed/product_names", catalogue)


def _read(name: str, catalogue: Catalogue) -> list[str]:
    with connect() as connection:
        check_documents(connection)
        rows = connection.execute(query(name)).fetchall()
    contents = {str(row[0]): str(row[1]) for row in rows}
    return [contents.get(product_id, "") for product_id in catalogue.product_ids]
