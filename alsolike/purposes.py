"""What a shopper may agree to, each apart from the other."""

from typing import Final, Literal, get_args

Purpose = Literal["personalisation", "measurement"]
"""Personalisation: what the shopper does is used to recommend to them, and to learn what goes
together. Measurement: their clicks on lists tell how well those work."""

PURPOSES: Final[tuple[Purpose, ...]] = get_args(Purpose)
