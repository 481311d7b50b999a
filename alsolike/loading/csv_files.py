"""Read CSV files.

Python's own reader, because it knows the true line of a row behind quoted line ends and tells rows
of a wrong length apart. It reads faster than the database stores.
"""

import csv
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Protocol

from alsolike.errors import InputFileError
from alsolike.loading.formats import (
    LONGEST_LINE,
    column_name,
    lines_of,
    opened,
    require_columns,
)
from alsolike.loading.rows import Chunk, Reading, Row, encode_rows
from alsolike.loading.tables import Table

_SEPARATORS = (",", ";", "\t", "|")
_SEPARATOR_LINE = re.compile(r"sep=([,;\t|])\s*", re.IGNORECASE)


def read_csv(path: Path, table: Table, reading: Reading) -> Iterator[Chunk]:
    """Read a CSV file with a header, packed or not.

    Raises
    ------
    InputFileError
        The file is no CSV in UTF-8, or its header lacks a required column.
    """
    csv.field_size_limit(LONGEST_LINE)
    with opened(path) as stream:
        lines = lines_of(path, stream)
        first = next(lines, "")
        named = _SEPARATOR_LINE.fullmatch(first)
        # Excel's own first line, which stands above the header.
        above = 0 if named is None else 1
        header_line = first if named is None else next(lines, "")
        separator = _separator(header_line, table) if named is None else named[1]
        if separator != ",":
            reading.separator = separator
        reader = csv.reader(chain([header_line], lines), strict=True, delimiter=separator)
        try:
            nothing: list[str] = []
            header = _header(path, next(reader, nothing), table, reading)
            yield from encode_rows(_rows(reader, header, table, reading, above), table, reading)
        except csv.Error as error:
            message = f"{path}, line {reader.line_num + above}: {_tell(error)}."
            raise InputFileError(message) from error


def _separator(header: str, table: Table) -> str:
    """Return the first separator with which a header has all required columns, else a comma."""
    for separator in _SEPARATORS:
        try:
            names = [name for row in csv.reader([header], delimiter=separator) for name in row]
        except csv.Error:
            continue
        if {column_name(name) for name in names}.issuperset(table.required):
            return separator
    return ","


def _tell(error: csv.Error) -> str:
    if "new-line character" in str(error):
        return "its lines end in a carriage return alone; save the file with LF or CRLF line ends"
    return f"not CSV ({error})"


def _header(path: Path, names: list[str], table: Table, reading: Reading) -> list[str]:
    header = [column_name(name) for name in names]
    for name in header:
        if name in table.columns and name in reading.columns:
            message = f"{path}: the header has the column {name} twice."
            raise InputFileError(message)
        if name in table.columns:
            reading.columns.add(name)
        elif name:
            reading.ignored.append(name)
    require_columns(path, table, reading.columns, header)
    return header


class _Reader(Protocol):
    """The type of `csv.reader`'s result, which has no public name."""

    @property
    def line_num(self) -> int: ...

    def __iter__(self) -> Iterator[list[str]]: ...


def _rows(
    reader: _Reader, header: list[str], table: Table, reading: Reading, above: int
) -> Iterator[Row]:
    """Give the rows under a header; the reader did not see the lines `above` it."""
    places = [header.index(column) if column in header else len(header) for column in table.columns]
    width = len(header)
    line = reader.line_num + 1
    for record in reader:
        problem, is_short = None, False
        if len(record) != width:
            # Spreadsheets leave out empty values at the end of a row, or write too many of them.
            while len(record) > width and not record[-1].strip():
                record.pop()
            if len(record) > width:
                problem = f"the row has {len(record)} values where the header has {width}"
            is_short = len(record) < width
            record[width:] = [""] * (width - len(record))
        # One more value, which stands for every column that the file lacks.
        record.append("")
        values: list[str | None] = [record[place].strip() for place in places]
        if any(values) or problem:
            reading.short += is_short
            yield Row(line + above, problem, values)
        line = reader.line_num + 1
