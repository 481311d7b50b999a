"""Responsiveness: how a list follows a visit to one kind of product, new to the shopper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

_Product = TypeVar("_Product", int, str)

# Cards of a list, and looks after which it is asked for.
CARDS = 12
LOOKS = (1, 2, 4)
# Wanted of the cards: so many of the kind, or with it, by number of looks; and so many of the list
# before that stay after all the looks.
WANTED_OF_KIND = {2: 3, 4: 5}
WANTED_TO_STAY = 4


@dataclass(frozen=True, slots=True)
class AfterLooks:
    """What some looks at one kind changed in a list, on the mean over the visitors.

    Attributes
    ----------
    changed : float
        Cards that were not in the list before.
    of_kind : float
        Cards that are of the kind, or go with one of the products looked at.
    stayed : float
        Cards of the list before that are left.
    """

    changed: float
    of_kind: float
    stayed: float


@dataclass(frozen=True, slots=True)
class Responsiveness:
    """How a model's lists of `CARDS` follow a visit.

    `before` is how many cards are of the kind, or go with it, without a look; `after` has the
    means by number of looks.
    """

    model: str
    visitors: int
    before: float
    after: Mapping[int, AfterLooks]

    @property
    def reached(self) -> float:
        """Return the least share of what is wanted, 1 or more where all of it is reached."""
        shares = [self.after[looks].of_kind / cards for looks, cards in WANTED_OF_KIND.items()]
        return min(*shares, self.after[max(LOOKS)].stayed / WANTED_TO_STAY)

    def as_dict(self) -> dict[str, Any]:
        """Return it by name, fit for JSON."""
        return {
            "model": self.model,
            "cards": CARDS,
            "visitors": self.visitors,
            "reached": self.reached,
            "of_kind_before": self.before,
            "after_looks": {
                str(looks): {"changed": a.changed, "of_kind": a.of_kind, "stayed": a.stayed}
                for looks, a in self.after.items()
            },
        }


def responsiveness(
    model: str, rows: Sequence[Sequence[set[_Product]]], wanted: Sequence[set[_Product]]
) -> Responsiveness:
    """Compare lists before and after looks.

    Parameters
    ----------
    rows : sequence of sequence of set
        Of each visitor, at least one, the cards without a look, then after each number of `LOOKS`.
    wanted : sequence of set
        Of each visitor what is of the kind, or goes with it.
    """
    count = len(rows)
    before = sum(len(lists[0] & own) for lists, own in zip(rows, wanted, strict=True)) / count
    after: dict[int, AfterLooks] = {}
    for place, looks in enumerate(LOOKS, start=1):
        changed, of_kind, stayed = 0, 0, 0
        for lists, own in zip(rows, wanted, strict=True):
            changed += len(lists[place] - lists[0])
            of_kind += len(lists[place] & own)
            stayed += len(lists[place] & lists[0])
        after[looks] = AfterLooks(changed / count, of_kind / count, stayed / count)
    return Responsiveness(model, count, before, after)
