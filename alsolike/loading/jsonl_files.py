"""Read files of one JSON object per line."""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec

from alsolike.errors import InputFileError
from alsolike.json_levels import MOST_DIGITS, is_too_long
from alsolike.loading.formats import column_name, lines_of, opened, require_columns
from alsolike.loading.rows import Chunk, Reading, Row, encode_rows
from alsolike.loading.tables import SHOPPERS, Table
from alsolike.shop_texts import JSON_COLUMNS

_DECODER = msgspec.json.Decoder(dict[str, Any])

# Above it, floats cannot hold every whole number.
_EXACT = 2**53

# In place of a number that Python cannot read: its field is emptied as of any that is too long.
_TOO_LONG = 10 ** (2 * MOST_DIGITS)

# The ids that an unreadable line of the file of shoppers still shows.
_SHOWN_ID = re.compile(
    r"""["']?\s*\b(?P<name>(?:shopper|customer|user|client)?_?id)\s*["']?\s*:\s*\[?\s*
    (?:
        (?P<json> "(?:[^"\\]|\\.)*" | -?[0-9][0-9.eE+-]*(?=\s*[],}]|\s*$) )
        | '(?P<single>[^']*)'
        | (?P<bare>[^\s"'\[\]{},:]+)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# Names that systems have for the id of a shopper. They are no columns, but a row without
# `shopper_id` that has one may refuse consent.
_OTHER_NAMES = frozenset(
    ("id", "shopperid", "customerid", "userid", "clientid", "customer", "user")
)


class UnreadableLine(NamedTuple):
    """A line that cannot be used.

    Attributes
    ----------
    reason : str
        Completes the sentence "the line is …".
    shoppers : tuple of str
        The shoppers that it names, if it is a line of the file of shoppers.
    is_object : bool
        It is a JSON object.
    """

    reason: str
    shoppers: tuple[str, ...] = ()
    is_object: bool = False


# The number of a line, and its object or why it cannot be used.
Item = tuple[int, dict[str, Any] | UnreadableLine]


def read_jsonl(path: Path, table: Table, reading: Reading) -> Iterator[Chunk]:
    """Read a file of one JSON object per line, packed or not.

    Raises
    ------
    InputFileError
        No line is a JSON object, the text is not UTF-8, or no row has a required column.
    """
    keys: set[str] = set()
    items = read_items(path, _decoded_shopper if table is SHOPPERS else _decoded)
    rows = rows_of_items(_with_columns(items, table, keys), table, lambda item: item)
    yield from encode_rows(rows, table, reading)
    reading.columns.update({column_name(key) for key in keys}.intersection(table.columns))
    reading.ignored.extend(sorted(key for key in keys if column_name(key) not in table.columns))
    if keys:
        require_columns(path, table, reading.columns, sorted(keys))


def _with_columns(items: Iterator[Item], table: Table, keys: set[str]) -> Iterator[Item]:
    """Rename the keys of objects to the names of the table's columns.

    `keys` collects all keys as the file writes them.
    """
    # Most objects need no renaming.
    plain: set[str] = set()
    for number, item in items:
        if isinstance(item, UnreadableLine) or item.keys() <= plain:
            yield number, item
            continue
        keys.update(item)
        plain.update(key for key in item if column_name(key) == key)
        twice = _twice(item, table)
        if twice is None:
            yield number, {column_name(key): value for key, value in item.items()}
        else:
            yield number, UnreadableLine(f"an object that has {twice} twice", is_object=True)


def _twice(keys: Iterable[str], table: Table) -> str | None:
    """Return a column that two of the keys mean."""
    seen: set[str] = set()
    for column in map(column_name, keys):
        if column in seen:
            return column
        if column in table.columns:
            seen.add(column)
    return None


def read_items(
    path: Path, decode: "Callable[[str], dict[str, Any] | UnreadableLine] | None" = None
) -> Iterator[Item]:
    """Give the objects of a file; blank lines are skipped.

    Parameters
    ----------
    decode : Callable, optional
        Decodes a line; by default as any JSON object.

    Raises
    ------
    InputFileError
        No line is a JSON object, or the text is not UTF-8.
    """
    first: Item | None = None
    has_objects = False
    with opened(path) as stream:
        for number, line in enumerate(lines_of(path, stream), start=1):
            if line.isspace():
                continue
            item = number, (decode or _decoded)(line)
            first = first or item
            has_objects = (
                has_objects or not isinstance(item[1], UnreadableLine) or item[1].is_object
            )
            yield item
    if first is not None and isinstance(first[1], UnreadableLine) and not has_objects:
        message = f"{path}, line {first[0]}: {first[1].reason}; write one object on each line."
        raise InputFileError(message)


def _decoded_shopper(line: str) -> dict[str, Any] | UnreadableLine:
    """Return the object of a line of the file of shoppers, or why it is unreadable.

    An object with a repeated key counts as unreadable: a JSON parser keeps the last value, and an
    earlier one may refuse consent.
    """
    item = _decoded(line)
    if isinstance(item, UnreadableLine):
        return UnreadableLine(item.reason, _shown_ids(line))
    try:
        pairs: list[tuple[str, object]] = json.loads(line, object_pairs_hook=list)
    except (ValueError, RecursionError):
        return UnreadableLine("a JSON object that cannot be read", _shown_ids(line))
    twice = _twice((key for key, _ in pairs), SHOPPERS)
    if twice is None:
        return item
    ids = (_as_text(value) for key, value in pairs if column_name(key) == SHOPPERS.row_id)
    named = tuple(dict.fromkeys(one for one in ids if one))
    return UnreadableLine(f"an object that has {twice} twice", named, is_object=True)


def _shown_ids(line: str) -> tuple[str, ...]:
    ids: dict[str, list[str]] = {}
    for shown in _SHOWN_ID.finditer(line):
        text: str = shown["json"] or ""
        try:
            value: object = json.loads(text) if text else shown["single"] or shown["bare"] or ""
        except ValueError:
            value = text.strip('"')
        ids.setdefault(shown["name"].lower(), []).append(_as_text(value) or "")
    # Another id is the shopper's only where the line has none that is called so.
    named = ids.get(SHOPPERS.row_id) or [one for others in ids.values() for one in others]
    return tuple(dict.fromkeys(one for one in named if one))


def _decoded(line: str) -> dict[str, Any] | UnreadableLine:
    """Return the object of a line, or why there is none."""
    try:
        return _DECODER.decode(line)
    except RecursionError:
        return UnreadableLine("nested too deep to be read")
    except msgspec.DecodeError as error:
        reason = UnreadableLine(f"not a JSON object ({error})")
    if "NaN" not in line and "Infinity" not in line and "out of range" not in reason.reason:
        return reason
    try:
        # pandas writes NaN and Infinity, which JSON lacks; they become null, as in Parquet.
        value: object = json.loads(
            line, parse_constant=lambda _: None, parse_int=_as_int, parse_float=_as_float
        )
    except (ValueError, RecursionError):
        return reason
    return cast("dict[str, Any]", value) if isinstance(value, dict) else reason


def _as_int(digits: str) -> int:
    return _TOO_LONG if is_too_long(digits) else int(digits)


def _as_float(digits: str) -> float:
    return _TOO_LONG if is_too_long(digits) else float(digits)


def rows_of_items(
    items: Iterator[Item],
    table: Table,
    columns_of: Callable[[dict[str, Any]], dict[str, Any] | None],
) -> Iterator[Row]:
    """Turn objects into rows.

    `columns_of` returns the table's columns of an object, or None if it makes no row.
    """
    values: list[str | None]
    for number, item in items:
        if isinstance(item, UnreadableLine):
            # One row per shopper: a rejected row refuses the consent of its shopper.
            for shopper in item.shoppers or (None,):
                values = [shopper if name == table.row_id else None for name in table.columns]
                yield Row(number, f"the line is {item.reason}", values)
            continue
        columns = columns_of(item)
        if columns is None:
            continue
        if table is SHOPPERS and (meant := _meant_shoppers(item)) is not None:
            reason, ids = meant
            for shopper in ids:
                values = [shopper if name == table.row_id else None for name in table.columns]
                yield Row(number, reason, values)
            continue
        problem = None
        values = []
        for column in table.columns:
            value: object = columns.get(column)
            is_nested = isinstance(value, dict | list)
            if is_nested and column not in JSON_COLUMNS and problem is None:
                kind = "an object" if isinstance(value, dict) else "a list"
                problem = f"{column} is {kind}: expected text or a number"
            values.append(_as_text(columns.get(column)))
        yield Row(number, problem, values)


def _meant_shoppers(item: dict[str, Any]) -> tuple[str, list[str]] | None:
    """Return why an object's shopper_id is none, and the ids that it has instead; None: it is one.

    Such a row cannot be used, but it may refuse the consent of who is meant.
    """
    given: object = item.get(SHOPPERS.row_id)
    if isinstance(given, dict | list):
        kind = "an object" if isinstance(given, dict) else "a list"
        reason = f"{SHOPPERS.row_id} is {kind}: expected text or a number"
        ids = _texts_within(cast("object", given))
    elif _as_text(given):
        return None
    else:
        names = [name for name in item if re.sub(r"[^a-z]", "", name) in _OTHER_NAMES]
        reason = f"{SHOPPERS.row_id} is missing: did you mean {' or '.join(map(repr, names))}?"
        ids = [text for name in names for text in _texts_within(item[name])]
    return (reason, ids) if ids else None


def _texts_within(value: object) -> list[str]:
    if isinstance(value, dict):
        value = list(cast("dict[str, object]", value).values())
    if isinstance(value, list):
        return [text for one in cast("list[object]", value) for text in _texts_within(one)]
    text = _as_text(value)
    return [text] if text else []


def _as_text(value: object) -> str | None:
    match value:
        case None:
            return None
        case str():
            return value.strip()
        case bool():
            return "true" if value else "false"
        case float():
            return _of_float(value)
        case dict() | list():
            return _as_json(cast("object", value))
        case _:
            return str(value)


def _of_float(value: float) -> str | None:
    """Write a whole number without a point, because pandas makes floats of ids."""
    if not math.isfinite(value):
        return None
    return str(int(value)) if value.is_integer() and abs(value) < _EXACT else str(value)


def _as_json(value: object) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except RecursionError:
        # Invalid JSON, so the check empties the field.
        return "nested too deep"
