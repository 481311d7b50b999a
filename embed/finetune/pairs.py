"""The texts of products, and pairs of products that one shopper acted on within a short time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alsolike.database import connect, query
from alsolike.history import Catalogue, History
from alsolike.product_vectors import TEXT_PARTS
from embed.claim import check_documents
from embed.finetune import FinetuneError

# Two products form a pair if a shopper touched both within 3 events and 30 days.
_EVENTS_APART = 3
_DAYS_APART = 30
_DAY = 86_400_000_000  # microseconds

# Pairs drawn for each pair of a batch: those that share a text with an earlier one are skipped.
_DRAWS = 4


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of texts, each text once, whose vectors should be close.

    Attributes
    ----------
    numbers : ndarray, shape (n_pairs, 2), int32
        Positions in `texts`, two different ones; one row for each time that the pair was seen.
    """

    texts: list[str]
    numbers: NDArray[np.int32]

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.numbers)

    def draw(self, size: int, random: np.random.Generator) -> tuple[list[str], list[str]]:
        """Draw a batch in which no text comes twice: it would be a false negative of its own pair.

        Anchors and positives are at most `size` each, fewer where a small shop has not so many
        pairs without a text in common, and at least 2.

        Raises
        ------
        FinetuneError
            All pairs have a text in common, so that a batch has no negatives.
        """
        if len(self) <= _DRAWS * size:
            drawn = random.permutation(len(self))
        else:
            drawn = random.integers(len(self), size=_DRAWS * size)
        used: set[int] = set()
        chosen: list[list[int]] = []
        for one, other in random.permuted(self.numbers[drawn], axis=1).tolist():
            if one not in used and other not in used:
                used.update((one, other))
                chosen.append([one, other])
                if len(chosen) == size:
                    break
        if len(chosen) < 2:  # noqa: PLR2004  (a pair, and another for its negatives)
            message = (
                "The encoder cannot be fine-tuned: all pairs of products have a text in common. "
                "Load more history."
            )
            raise FinetuneError(message)
        return (
            [self.texts[one] for one, _ in chosen],
            [self.texts[other] for _, other in chosen],
        )


def read_texts(catalogue: Catalogue, parts: Sequence[str] = TEXT_PARTS) -> list[str]:
    """Return the text of each product, by its number; empty where it has none of the parts.

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


def near_pairs(history: History, texts: Sequence[str]) -> Pairs:
    """Pair the products that a shopper acted on within 3 events and 30 days.

    Parameters
    ----------
    history : History
        The training part alone: an encoder must not be evaluated on pairs that it learned.
    texts : sequence of str
        One for each product, by its number. Products with an empty text are in no pair; two
        products with the same text are none.

    Raises
    ------
    FinetuneError
        There is no such pair.
    """
    different, number_of_product = np.unique(np.array(texts, dtype=object), return_inverse=True)
    is_text = np.array([bool(text.strip()) for text in texts])
    numbers = number_of_product.astype(np.int32)
    found: list[NDArray[np.int32]] = []
    for apart in range(1, _EVENTS_APART + 1):
        one, other = history.products[:-apart], history.products[apart:]
        is_pair = history.shoppers[:-apart] == history.shoppers[apart:]
        is_pair &= history.times[apart:] - history.times[:-apart] <= _DAYS_APART * _DAY
        is_pair &= is_text[one] & is_text[other] & (numbers[one] != numbers[other])
        found.append(np.column_stack([numbers[one[is_pair]], numbers[other[is_pair]]]))
    pairs = Pairs([str(text) for text in different], np.concatenate(found))
    if not len(pairs):
        message = (
            "The encoder cannot be fine-tuned: no shopper acted on two products with different "
            f"texts within {_DAYS_APART} days. Load more history."
        )
        raise FinetuneError(message)
    return pairs
