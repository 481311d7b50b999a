"""Keys of the API: who has one, and what it opens.

`ALSOLIKE_API_KEYS` has keys with commas between them. A key by itself opens everything. One with a
name and scopes, `name:scope+scope:key`, opens what its scopes say.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, get_args

from alsolike.errors import SettingError

Scope = Literal["read", "events", "catalogue", "privacy"]

SCOPES: tuple[Scope, ...] = get_args(Scope)
VARIABLE = "ALSOLIKE_API_KEYS"
_MINIMUM = 16
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that the API accepts.

    Attributes
    ----------
    name : str
        What logs call its holder.
    scopes : frozenset of str
        What it opens.
    """

    name: str
    scopes: frozenset[Scope]
    key: str = field(repr=False)


def read_api_keys(entries: Iterable[str]) -> tuple[ApiKey, ...]:
    """Read the entries of the variable. A key by itself is called by its number, from 1.

    Raises
    ------
    SettingError
        An entry is of neither form, its key is short or not ASCII, or a name or key occurs twice.
        The message has the entry's number, and never the key.
    """
    found: list[ApiKey] = []
    for number, entry in enumerate(entries, start=1):
        one = _read(number, entry)
        for other in found:
            if one.name == other.name or one.key == other.key:
                what = f"the name {one.name!r}" if one.name == other.name else "its key"
                message = f"{VARIABLE}: number {number} has {what} of an earlier one."
                raise SettingError(message)
        found.append(one)
    return tuple(found)


def _read(number: int, entry: str) -> ApiKey:
    if ":" not in entry:
        return ApiKey(str(number), frozenset(SCOPES), _checked(number, entry))
    name, _, rest = entry.partition(":")
    scopes, has_key, key = rest.partition(":")
    if not has_key or _NAME.fullmatch(name) is None:
        # An entry may be a key that has a colon in it: the message quotes nothing of it.
        message = (
            f"{VARIABLE}: number {number} is of neither form: give a key alone, or "
            "name:scope+scope:key, where the name has letters, digits, '.', '_' and '-'."
        )
        raise SettingError(message)
    given = scopes.split("+")
    if not set(given).issubset(SCOPES):
        message = (
            f"{VARIABLE}: number {number} has a scope that is none: expected any of "
            f"{', '.join(SCOPES)}, with + between them."
        )
        raise SettingError(message)
    opened: list[Scope] = [scope for scope in SCOPES if scope in given]
    return ApiKey(name, frozenset(opened), _checked(number, key))


def _checked(number: int, key: str) -> str:
    if len(key) < _MINIMUM or not key.isascii():
        message = (
            f"{VARIABLE}: number {number} is not at least {_MINIMUM} ASCII characters; "
            "make one with `openssl rand -hex 16`."
        )
        raise SettingError(message)
    return key
