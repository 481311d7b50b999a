"""Pairs of products that shoppers came to one shortly after the other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alsolike.errors import AlsolikeError
from alsolike.history import History

# How many events apart, and how many days, two products may be to be a pair.
_EVENTS_APART = 3
_DAYS_APART = 30
_DAY = 86_400_000_000

# Pairs that are drawn for each one that is wanted: some share a product with an earlier one.
_DRAWS = 4


class FinetuneError(AlsolikeError):
    """The encoder cannot be fine-tuned."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """What is to be close: pairs of texts.

    Attributes
    ----------
    texts : list of str
        Each different text once.
    numbers : ndarray, shape (n_pairs, 2), int32
        Positions in `texts`, different ones; a pair that was seen often is there as often.
    """

    texts: list[str]
    numbers: NDArray[np.int32]

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.numbers)

    def draw(self, size: int, random: np.random.Generator) -> tuple[list[str], list[str]]:
        """Draw a batch in which no text comes twice: each is no wrong answer for another pair.

        Parameters
        ----------
        size : int
            Pairs wanted; a small shop may have fewer that go side by side.

        Returns
        -------
        anchors, positives : list of str
            Of the same length, at least 2.

        Raises
        ------
        FinetuneError
            All pairs have a text in common: there is nothing to tell apart.
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
        if len(chosen) < 2:  # noqa: PLR2004  (a pair and another to tell it from)
            message = (
                "The encoder cannot be fine-tuned: all pairs of products have a text in common. "
                "Load more history."
            )
            raise FinetuneError(message)
        return (
            [self.texts[one] for one, _ in chosen],
            [self.texts[other] for _, other in chosen],
        )


def near_pairs(history: History, texts: Sequence[str]) -> Pairs:
    """Pair the products that a shopper acted on within 3 events and 30 days.

    Parameters
    ----------
    history : History
        What is known: an encoder that has seen later pairs must not be evaluated on them.
    texts : sequence of str
        Of each product, by its number; products with an empty one are in no pair, nor are two
        products of the same text.

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
