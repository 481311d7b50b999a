"""What the JSON API tells of an erasure."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct


class Erasure(Struct):
    """The receipt of an erasure, which does not say whose it was."""

    erasure_id: UUID
    erased_at: datetime
    erased_before: Annotated[
        datetime | None, Meta(description="When the shopper had been erased before.")
    ]
    counts: Annotated[
        dict[str, int], Meta(description="Rows that were deleted or cleaned, by table.")
    ]
    waits_for: Annotated[
        list[str],
        Meta(
            description="What was computed with the shopper's rows and is to be computed without "
            "them: transform, embed, train, export. The worker does all but train."
        ),
    ]
