"""What the JSON API takes and tells of a shopper's consent."""

from typing import Annotated

from msgspec import Meta, Struct

from api.fields import Text


class Consent(Struct, forbid_unknown_fields=True):
    """What a shopper decides."""

    personalisation: Annotated[
        bool,
        Meta(
            description="Whether what the shopper views, buys and reviews may be used to recommend."
        ),
    ]
    display_name: Annotated[
        Text | None, Meta(description="What to call them; null: as they were called before.")
    ] = None
    measurement: Annotated[
        bool | None,
        Meta(
            description="Whether what they click on in lists may be kept, to tell how well those "
            "work; null: as they decided before, and no if they did not."
        ),
    ] = None


class Shopper(Struct):
    """A shopper, and what they decided last."""

    shopper_id: str
    personalisation: Annotated[bool, Meta(description="Whether they consent to it now.")]
    measurement: Annotated[bool, Meta(description="Whether they consent to it now.")] = False
