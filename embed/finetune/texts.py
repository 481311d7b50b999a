"""The texts of products that an encoder is fine-tuned and tried on."""

from collections.abc import Sequence

from alsolike.database import connect, query
from alsolike.history import Catalogue
from alsolike.product_vectors import TEXT_PARTS
from embed.claim import check_documents


def read_texts(catalogue: Catalogue, parts: Sequence[str] = TEXT_PARTS) -> list[str]:
    """Return the text of each product, by its number; empty where it has none of the parts.

    Parameters
    ----------
    parts : sequence of str
        Of `TEXT_PARTS`.

    Raises
    ------
    NoDocumentsError
        dbt has not built the documents yet.
    """
    with connect() as connection:
        check_documents(connection)
        rows = connection.execute(
            query("embed/finetune/product_texts"), {"parts": list(parts)}
        ).fetchall()
    contents = {str(row[0]): str(row[1]) for row in rows}
    return [contents.get(product_id, "") for product_id in catalogue.product_ids]
