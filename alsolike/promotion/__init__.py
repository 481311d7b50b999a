"""Which model serves: the gate before it, the switch, and the way back."""

from alsolike.promotion.gate import Check, Limits
from alsolike.promotion.switch import Decision, RefusedError, RollbackError, promote, rollback

__all__ = [
    "Check",
    "Decision",
    "Limits",
    "RefusedError",
    "RollbackError",
    "promote",
    "rollback",
]
