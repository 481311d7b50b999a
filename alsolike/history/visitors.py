"""The key of a visitor: it tells a shopper from an anonymous session with the same id."""

from typing import NamedTuple

# As the macro `visitor_id` of the dbt project writes them.
_SHOPPER = "shopper:"
_SESSION = "session:"


class Visitor(NamedTuple):
    """A shopper or an anonymous session; the other one is None."""

    shopper_id: str | None
    session_id: str | None


def visitor_of(visitor_id: str) -> Visitor:
    """Return the visitor of a `visitor_id` of `marts.shopper_events`.

    Raises
    ------
    ValueError
        It is no such key.
    """
    if visitor_id.startswith(_SHOPPER):
        return Visitor(visitor_id.removeprefix(_SHOPPER), None)
    if visitor_id.startswith(_SESSION):
        return Visitor(None, visitor_id.removeprefix(_SESSION))
    message = f"{visitor_id!r} is no visitor: it begins with neither {_SHOPPER!r} nor {_SESSION!r}."
    raise ValueError(message)
