"""Read files of one JSON object per line."""

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import msgspec

from alsolike.errors import InputFileError
from alsolike.loading.formats import lines_of, opened, require_columns
from alsolike.loading.rows import Chunk, Found, Row, encode_rows
from alsolike.loading.tables import Table

_DECODER = msgspec.json.Decoder(dict[str, Any])

# Above it not every whole number is a float.
_EXACT = 2**53

# One object of a file, with its line; why it cannot be read instead where it is no JSON object.
Item = tuple[int, dict[str, Any] | str]


def read_jsonl(path: Path, table: Table, found: Found) -> Iterator[Chunk]:
    """Read a file of one JSON object per line, packed or not.

    Raises
    ------
    InputFileError
        No line is a JSON object, the text is not UTF-8, or no row has a required column.
    """

    def keep(item: dict[str, Any]) -> dict[str, Any]:
        keys.update(item)
        return item

    keys: set[str] = set()
    rows = rows_of_items(read_items(path), table, keep)
    yield from encode_rows(rows, table, found)
    found.columns.update(keys.intersection(table.columns))
    found.ignored.extend(sorted(keys.difference(table.columns)))
    if keys:
        require_columns(path, table, keys, sorted(keys))


def read_items(path: Path) -> Iterator[Item]:
    """Give the objects of a file; blank lines are skipped.

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
            item = number, _decoded(line)
            first = first or item
            has_objects = has_objects or not isinstance(item[1], str)
            yield item
    if first is not None and not has_objects:
        message = f"{path}, line {first[0]}: {first[1]}; write one object on each line."
        raise InputFileError(message)


def _decoded(line: str) -> dict[str, Any] | str:
    """Return the object of a line, or why there is none."""
    try:
        return _DECODER.decode(line)
    except RecursionError:
        return "nested too deep to be read"
    except msgspec.DecodeError as error:
        reason = f"not a JSON object ({error})"
    if "NaN" not in line and "Infinity" not in line:
        return reason
    try:
        # pandas writes numbers that JSON does not have; they are nothing, as in Parquet.
        value: object = json.loads(line, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return reason
    return cast("dict[str, Any]", value) if isinstance(value, dict) else reason


def rows_of_items(
    items: Iterator[Item],
    table: Table,
    columns_of: Callable[[dict[str, Any]], dict[str, Any] | None],
) -> Iterator[Row]:
    """Turn objects into rows.

    Parameters
    ----------
    columns_of : Callable
        Gives the table's columns of an object, or None where it makes no row.
    """
    for number, item in items:
        if isinstance(item, str):
            yield Row(number, f"the line is {item}", [None] * len(table.columns))
            continue
        columns = columns_of(item)
        if columns is None:
            continue
        problem = None
        values: list[str | None] = []
        for column in table.columns:
            value: object = columns.get(column)
            if column != "attributes" and problem is None and isinstance(value, dict | list):
                kind = "an object" if isinstance(value, dict) else "a list"
                problem = f"{column} is {kind}: expected text or a number"
            values.append(_as_text(columns.get(column)))
        yield Row(number, problem, values)


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
    """Write a whole number as one: an id that pandas made a float of is the same id."""
    if not math.isfinite(value):
        return None
    return str(int(value)) if value.is_integer() and abs(value) < _EXACT else str(value)


def _as_json(value: object) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except RecursionError:
        # No JSON, so the check leaves the field out.
        return "nested too deep"
