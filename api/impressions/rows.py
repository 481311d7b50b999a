"""What is kept of lists: what was shown, and what was seen or clicked on of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from api.impressions.tags import ListTag


class Shown(Struct, frozen=True):
    """A product of a list that was answered.

    Attributes
    ----------
    model, score, reason_kind : optional
        As the list gave them.
    position : int
        From 1, over the pages of the list.
    """

    product_id: str
    position: int
    model: str | None
    score: float | None
    reason_kind: str | None


class ShownList(Struct, frozen=True):
    """A list that was answered, and to whom.

    Attributes
    ----------
    answer_id : UUID or None
        None: it is only counted.
    shopper_id, session_id : str or None
        Both None: of somebody who did not agree to measurement.
    """

    answer_id: UUID | None
    served_at: datetime
    place: str
    tier: str
    page_product_id: str | None
    shopper_id: str | None
    session_id: str | None
    is_bot: bool
    products: Sequence[Shown]


class Mark(Struct):
    """That a product of a list was seen or clicked on.

    Attributes
    ----------
    shopper_id, session_id : str or None
        Who did: an impression is marked for those alone to whom it was shown.
    tries : int
        How often it was looked for.
    otherwise : ListTag or None
        What is counted if the shopper does not consent to measurement.
    """

    tag: UUID | ListTag
    product_id: str
    marked_at: datetime
    is_click: bool
    shopper_id: str | None
    session_id: str | None
    is_bot: bool
    tries: int = 0
    otherwise: ListTag | None = None


class Exposure(Struct, frozen=True):
    """That somebody was given an arm of an experiment.

    Attributes
    ----------
    shopper_id, session_id : str or None
        Who, by one of both.
    """

    experiment: str
    arm: str
    shopper_id: str | None
    session_id: str | None
    exposed_at: datetime
