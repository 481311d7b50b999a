"""Bodies with a list of items, of which each is read by itself: a bad one harms no other."""

from typing import Any, Final, cast

import msgspec
from msgspec import Struct

from api.exchange import AnyRequest
from api.http.json_values import check_value, parse_json
from api.http.parameters import to_shape
from api.problems.errors import InvalidFieldError

# Set in the `opt` of a route that reads its items so: the field of the body that has them.
ITEMS: Final = "items"


class RefusedItem(Struct, frozen=True):
    """An item that does not fit its type.

    Attributes
    ----------
    item_id : str or None
        Its id, where that can be read.
    reason : str
        Which field of which item is at fault, and what was expected.
    """

    item_id: str | None
    reason: str


class Items(Struct, frozen=True):
    """A list that a body has, and what its items are.

    Attributes
    ----------
    field : str
        The only field of the body.
    shape, id_shape : type
        Of an item and of its id.
    id_field : str or None
        Field of an item with its id; None: the item is the id.
    most : int
        The most items.
    """

    field: str
    shape: Any
    id_shape: Any
    id_field: str | None
    most: int


async def read_object(request: AnyRequest) -> dict[str, Any]:
    """Read a body that is an object.

    Raises
    ------
    InvalidFieldError
        It is none.
    """
    content = await request.body()
    if not content:
        raise InvalidFieldError("body", "Is missing.")
    body = parse_json(content, "body")
    if not isinstance(body, dict):
        raise InvalidFieldError("body", "Expected an object.")
    return cast("dict[str, Any]", body)


def check_items(given: dict[str, Any], items: Items) -> list[Any]:
    """Read the items of a body that is an object: each is one of the shape, or a `RefusedItem`.

    Raises
    ------
    InvalidFieldError
        The body has something else, or the list is empty or too long.
    """
    for name in given.keys() - {items.field}:
        raise InvalidFieldError(name, f"Is not known: the body has {items.field} alone.")
    found: Any = given.get(items.field)
    if not isinstance(found, list) or not 1 <= len(cast("list[Any]", found)) <= items.most:
        message = f"Expected a list of 1 to {items.most:,} items."
        raise InvalidFieldError(items.field, message)
    return [_read(one, items, place) for place, one in enumerate(cast("list[Any]", found))]


def where(field: str, place: int, name: str = "") -> str:
    """Return what to call an item of a list, or a field of it."""
    return f"{field}[{place}].{name}".rstrip(".")


def _read(item: Any, items: Items, place: int) -> Any:  # noqa: ANN401  (JSON of any shape)
    try:
        check_value(item, "", names=1)
        try:
            return msgspec.convert(item, items.shape)
        except msgspec.ValidationError:
            # Another try with 10.0 as an integer, or an error that names the field.
            return to_shape(item, items.shape, "")
    except InvalidFieldError as error:
        reason = f"{where(items.field, place, error.field)}: {error}"
        return RefusedItem(_id_of(item, items), reason)


def _id_of(item: Any, items: Items) -> str | None:  # noqa: ANN401  (JSON of any shape)
    """Return the id of an item, as the results show it; None if it is none."""
    if items.id_field is not None:
        item = cast("dict[str, Any]", item).get(items.id_field) if isinstance(item, dict) else None
    try:
        return cast("str", msgspec.convert(item, items.id_shape)).strip()
    except msgspec.ValidationError:
        return None
