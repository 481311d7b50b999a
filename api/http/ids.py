"""Ids as callers write them: trimmed as the loader trims them; placeholders are no ids."""

from collections.abc import Sequence

from api.problems.errors import InvalidFieldError

# Characters; in any script they fit into an index entry of Postgres.
_LONGEST = 500
# What shops write where an order has no account, in lower case. The loader's statements have the
# same words (loading/functions/is_nobody.sql); a test compares them.
NOBODY = frozenset(
    {
        "(not set)", "-", "-1", "-1.0", ".", "..", "0", "0.0", "00",
        "00000000-0000-0000-0000-000000000000", "?", "anon", "anonymous", "guest",
        "guest customer", "guest user", "guests", "n/a", "na", "nan", "nil", "none",
        "not logged in", "null", "undefined", "unknown", "visitor",
    }
)  # fmt: skip


def trimmed(ids: Sequence[str] | None) -> list[str]:
    """Return ids without the blanks around them; none for None."""
    return [one.strip() for one in ids or ()]


def path_id(value: str, field: str) -> str:
    """Return an id of a path, trimmed.

    Raises
    ------
    InvalidFieldError
        It is blank, or longer than any id.
    """
    found = value.strip()
    if not found:
        raise InvalidFieldError(field, "Is blank.")
    if len(found) > _LONGEST:
        raise InvalidFieldError(field, f"Is longer than {_LONGEST} characters.")
    return found


def is_placeholder(shopper_id: str) -> bool:
    """Tell whether an id is a placeholder, which all guests of a shop would share."""
    return shopper_id.lower() in NOBODY


def not_a_shopper(shopper_id: str) -> InvalidFieldError:
    """Make the error for a placeholder in place of a new shopper's id."""
    message = f"{shopper_id!r} is a word for nobody: give the shopper's own id."
    return InvalidFieldError("shopper_id", message)
