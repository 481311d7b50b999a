"""How an experiment was planned, before anything of it was seen."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from alsolike.experiments.statistics.errors import DesignError

# Fewer shoppers of an arm are not analysed: a mean of so few is not normally distributed.
FEWEST_SHOPPERS = 100


@dataclass(frozen=True, slots=True)
class Design:
    """The arms and sizes that were decided on.

    Attributes
    ----------
    shares : dict of str to float
        The share of the shoppers that each arm was to get, which add up to 1.
    control : str
        The arm that the others are compared with.
    planned_shoppers : int
        Of all arms together. The intervals that hold at any time are narrowest there; they hold
        before and after it too. See `sample_size`.
    confidence : float
        Of every interval, between 0 and 1.
    """

    shares: Mapping[str, float]
    control: str
    planned_shoppers: int
    confidence: float = 0.95

    def __post_init__(self) -> None:
        if len(self.shares) < 2:  # noqa: PLR2004  (a comparison has two sides)
            message = f"An experiment has two arms or more, this one {len(self.shares)}: name them."
            raise DesignError(message)
        if self.control not in self.shares:
            arms = ", ".join(self.shares)
            message = f"The control {self.control!r} is none of the arms {arms}: name one of them."
            raise DesignError(message)
        for arm, share in self.shares.items():
            if not 0 < share < 1:
                message = f"The share of arm {arm!r} is {share:g}: it lies between 0 and 1."
                raise DesignError(message)
        total = math.fsum(self.shares.values())
        if not math.isclose(total, 1, abs_tol=1e-9):
            message = f"The shares of the arms add up to {total:g}: they have to add up to 1."
            raise DesignError(message)
        fewest = FEWEST_SHOPPERS * len(self.shares)
        if self.planned_shoppers < fewest:
            message = (
                f"{self.planned_shoppers:,} shoppers are planned: plan {fewest:,} or more, "
                f"{FEWEST_SHOPPERS} for each arm; `alsolike experiment size` tells how many."
            )
            raise DesignError(message)
        if not 0 < self.confidence < 1:
            message = f"A confidence of {self.confidence:g}: it lies between 0 and 1, such as 0.95."
            raise DesignError(message)

    @property
    def treatments(self) -> tuple[str, ...]:
        """The arms that are compared with the control."""
        return tuple(arm for arm in self.shares if arm != self.control)

    def planned_for(self, arm: str) -> float:
        """Return how many shoppers are planned for an arm and the control together."""
        return self.planned_shoppers * (self.shares[arm] + self.shares[self.control])
