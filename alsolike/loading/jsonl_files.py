"""Read files of one JSON object per line."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from alsolike.errors import InputFileError
from alsolike.loading.formats import lines_of, opened, require_columns
from alsolike.loading.rows import Chunk, Found, Row, encode_rows
from alsolike.loading.tables import Table

_DECODER = msgspec.json.Decoder(dict[str, Any])

# One object of a file, with its line; the line's text instead where it is no JSON object.
Item = tuple[int, dict[str, Any] | str]


def read_jsonl(path: Path, table: Table, found: Found) -> Iterator[Chunk]:
    """Read a file of one JSON object per line, packed or not.

    Raises
    ------
    InputFileError
        The first line is no JSON object, the text is not UTF-8, or no row has a required column.
    """

    def keep(item: dict[str, Any]) -> dict[str, Any]:
        keys.update(item)
        return item

    keys: set[str] = set()
    rows = rows_of_items(read_items(path), table, keep)
    yield from encode_rows(rows, table)
    found.columns.update(keys.intersection(table.columns))
    found.ignored.extend(sorted(keys.difference(table.columns)))
    if keys:
        require_columns(path, table, keys)


def read_items(path: Path) -> Iterator[Item]:
    """Give the objects of a file; blank lines are skipped.

    Raises
    ------
    InputFileError
        The first line is no JSON object, or the text is not UTF-8.
    """
    is_first = True
    with opened(path) as stream:
        for number, line in enumerate(lines_of(path, stream), start=1):
            if line.isspace():
                continue
            try:
                yield number, _DECODER.decode(line)
            except msgspec.DecodeError as error:
                if is_first:
                    message = (
                        f"{path}, line {number}: not a JSON object ({error}); "
                        "write one object on each line."
                    )
                    raise InputFileError(message) from error
                yield number, line.strip()
            is_first = False


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
    nothing: list[str | None] = [None] * len(table.columns)
    for number, item in items:
        if isinstance(item, str):
            yield Row(number, "the line is not a JSON object", item, nothing)
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
        yield Row(number, problem, None, values)


def _as_text(value: object) -> str | None:
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return msgspec.json.encode(value).decode()
    return str(value)
