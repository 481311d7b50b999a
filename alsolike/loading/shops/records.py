"""Rows of shop systems' files, under names that do not differ between releases."""

import codecs
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from alsolike.errors import InputFileError
from alsolike.loading.csv_files import opened_csv
from alsolike.loading.formats import LONGEST_LINE, SHOWN_COLUMNS, opened
from alsolike.loading.jsonl_files import UnreadableLine, read_items
from alsolike.loading.shop_headers import Export, header_name, recognise

# Of each field, the names of its column in several releases and languages.
Fields = Mapping[str, Sequence[str]]

_LINES_NEEDED = " An export with the lines of the orders is needed: docs/shop-systems.md has how."
_DECODER = json.JSONDecoder()
_CHUNK_CHARACTERS = 1 << 20
# What stands before the first object of an array, alone or in Magento's answer.
_BEFORE_ARRAY = re.compile(r'\s*(?:\{\s*"items"\s*:\s*)?\[')
_BETWEEN_OBJECTS = re.compile(r"[\s,]*")


@dataclass(frozen=True, slots=True)
class Record:
    """A row of an export.

    Attributes
    ----------
    line : int
        The line on which it begins, in JSON the number of the object.
    values : dict of str to str
        Trimmed texts by field, those of other columns by the column's name as `header_name` writes
        it. Empty ones are left out.
    problem : str or None
        Why the row cannot be used.
    columns : frozenset of str
        The fields that the file has a column for.
    """

    line: int
    values: dict[str, str]
    problem: str | None = None
    columns: frozenset[str] = frozenset()

    def get(self, field: str) -> str | None:
        """Return the text of a field, if there is one."""
        return self.values.get(field)


def read_records(
    path: Path, export: Export, fields: Fields, needed: Sequence[tuple[str, ...]]
) -> Iterator[Record]:
    """Read a CSV export, packed or not, separated by whatever its header shows.

    Parameters
    ----------
    needed : sequence of tuple of str
        Fields of which the file must have one each.

    Raises
    ------
    InputFileError
        The file is no CSV, or lacks needed columns. The message says whose file it may be instead.
    """
    field_of = {name: field for field, names in fields.items() for name in names}

    def fields_of(names: Sequence[str]) -> list[str]:
        plain = map(header_name, names)
        return [field_of.get(name, name) for name in plain]

    def is_header(names: list[str]) -> bool:
        return all(not set(fields_of(names)).isdisjoint(need) for need in needed)

    with opened_csv(path, is_header) as file:
        if not is_header(file.names):
            raise InputFileError(_wrong_header(path, export, fields, needed, file.names))
        places = fields_of(file.names)
        columns = frozenset(places)
        for line, record, problem in file.records:
            values: dict[str, str] = {}
            for field, text in zip(places, record, strict=False):
                # Of two columns with one meaning, the first that has a value.
                if field not in values and (value := text.strip()):
                    values[field] = value
            if values:
                yield Record(line, values, problem, columns)


def _wrong_header(
    path: Path,
    export: Export,
    fields: Fields,
    needed: Sequence[tuple[str, ...]],
    names: Sequence[str],
) -> str:
    other = recognise(names)
    if other is not None and other != export:
        return f"{path} is no file of {export.title}: it has the columns of {other.title}."
    present = {header_name(name) for name in names}
    lacking = [
        " or ".join(repr(name) for field in need for name in fields[field])
        for need in needed
        if present.isdisjoint(name for field in need for name in fields[field])
    ]
    found = ", ".join(repr(name) for name in names[:SHOWN_COLUMNS]) or "none"
    return (
        f"{path} is no file of {export.title}: it lacks the column {', and '.join(lacking)}. "
        f"Found {found}{' …' if len(names) > SHOWN_COLUMNS else ''}."
        f"{_LINES_NEEDED if export.content == 'orders' else ''}"
    )


def is_json(path: Path) -> bool:
    """Tell whether a file holds JSON, by its name."""
    return path.name.removesuffix(".gz").endswith((".json", ".jsonl"))


def read_objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Read JSON objects in bounded memory: an array, Magento's `{"items": […]}`, or one per line.

    Yields
    ------
    tuple of int and dict
        The number of the object, or its line, and the object.

    Raises
    ------
    InputFileError
        The file is no such JSON.
    """
    if path.name.removesuffix(".gz").endswith(".jsonl"):
        for line, item in read_items(path):
            if isinstance(item, UnreadableLine):
                message = f"{path}, line {line}: the line is {item.reason}."
                raise InputFileError(message)
            yield line, item
        return
    with opened(path) as stream:
        yield from _objects_of_array(path, codecs.getreader("utf-8-sig")(stream))


def text_of(value: object) -> str | None:
    """Return a text or a number of JSON as text; None for anything else, and for no text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip() or None


def objects_of(value: object) -> list[dict[str, Any]]:
    """Return the objects of a list of JSON."""
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("dict[str, Any]", item) for item in items if isinstance(item, dict)]


def _objects_of_array(
    path: Path, stream: codecs.StreamReader
) -> Iterator[tuple[int, dict[str, Any]]]:
    text = _read_on(path, stream)
    begin = _BEFORE_ARRAY.match(text)
    if begin is None:
        message = f"{path} is no JSON array of objects, nor an object with one in 'items'."
        raise InputFileError(message)
    place, number = begin.end(), 1
    while True:
        between = _BETWEEN_OBJECTS.match(text, place)
        place = place if between is None else between.end()
        if text.startswith("]", place):
            return
        try:
            value, place = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            more = _read_on(path, stream)
            if not more or len(text) - place > LONGEST_LINE:
                message = f"{path}: object {number} cannot be read as JSON ({error})."
                raise InputFileError(message) from error
            text, place = text[place:] + more, 0
            continue
        if not isinstance(value, dict):
            message = f"{path}: object {number} is no JSON object."
            raise InputFileError(message)
        yield number, cast("dict[str, Any]", value)
        number += 1


def _read_on(path: Path, stream: codecs.StreamReader) -> str:
    try:
        return stream.read(_CHUNK_CHARACTERS)
    except UnicodeDecodeError as error:
        message = f"{path} is not UTF-8 ({error.reason}); save the file as UTF-8."
        raise InputFileError(message) from error
