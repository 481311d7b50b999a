"""The steps of the ladder, by name."""

from typing import Literal

DatabaseTier = Literal["live", "neighbours", "popular"]
Tier = DatabaseTier | Literal["snapshot"]

TIERS: tuple[Tier, ...] = ("live", "neighbours", "popular", "snapshot")
