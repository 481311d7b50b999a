"""Read what training needs of the products' texts."""

from dataclasses import dataclass

from alsolike.database import connect, query
from alsolike.evaluation.baselines.text_parts import NoTextVectorsError, read_text_parts
from alsolike.history import Catalogue
from alsolike.progress import Report
from alsolike.training.evidence import Texts


@dataclass(frozen=True, slots=True)
class TextEncoder:
    """The encoder whose vectors a model is made of.

    Attributes
    ----------
    encoder_id : int
    dimension : int
        Length of its vectors.
    """

    encoder_id: int
    dimension: int


def read_texts(catalogue: Catalogue, *, report: Report) -> tuple[Texts, TextEncoder]:
    """Read names, characteristics and the vectors of the names.

    Raises
    ------
    NoTextVectorsError
        No text is embedded yet.
    """
    parts = read_text_parts(catalogue, report=report)
    with connect() as connection:
        row = connection.execute(query("alsolike/text_encoder")).fetchone()
        if row is None:
            raise NoTextVectorsError
        found = {
            product_id: (name, characteristics)
            for product_id, name, characteristics in connection.execute(
                query("alsolike/training/texts")
            )
        }
    written = [found.get(product_id, ("", "")) for product_id in catalogue.product_ids]
    texts = Texts([name for name, _ in written], [more for _, more in written], parts.names)
    return texts, TextEncoder(int(row[0]), int(row[1]))
