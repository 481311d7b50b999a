"""The steps of the ladder, by name."""

from typing import Annotated, Literal

from msgspec import Meta

DatabaseTier = Literal["live", "neighbours", "popular"]
Tier = DatabaseTier | Literal["snapshot"]

TIERS: tuple[Tier, ...] = ("live", "neighbours", "popular", "snapshot")

AnswerTier = Annotated[
    Tier,
    Meta(
        description="The step of the ladder that answered: `live`, or where that failed "
        "precomputed `neighbours`, what is `popular`, or the last `snapshot` on the disk."
    ),
]
