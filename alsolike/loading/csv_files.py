"""Read CSV files.

Python's own reader, because it knows the true line of a row behind quoted line ends and tells rows
of a wrong length apart. It reads faster than the database takes the rows in.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from alsolike.errors import InputFileError
from alsolike.loading.formats import LONGEST_LINE, lines_of, opened, require_columns
from alsolike.loading.rows import Chunk, Found, Row, encode_rows
from alsolike.loading.tables import Table


def read_csv(path: Path, table: Table, found: Found) -> Iterator[Chunk]:
    """Read a CSV file with a header, packed or not.

    Raises
    ------
    InputFileError
        The file is no CSV in UTF-8, or its header lacks a required column.
    """
    csv.field_size_limit(LONGEST_LINE)
    with opened(path) as stream:
        reader = csv.reader(lines_of(path, stream), strict=True)
        try:
            nothing: list[str] = []
            header = _header(path, next(reader, nothing), table, found)
            yield from encode_rows(_rows(reader, header, table), table)
        except csv.Error as error:
            message = f"{path}, line {reader.line_num}: not CSV ({error})."
            raise InputFileError(message) from error


def _header(path: Path, names: list[str], table: Table, found: Found) -> list[str]:
    header = [name.strip().lower() for name in names]
    for name in header:
        if name in table.columns and name in found.columns:
            message = f"{path}: the header has the column {name} twice."
            raise InputFileError(message)
        if name in table.columns:
            found.columns.add(name)
        else:
            found.ignored.append(name)
    require_columns(path, table, found.columns)
    return header


class _Reader(Protocol):
    """What `csv.reader` gives; it has no public name."""

    @property
    def line_num(self) -> int: ...

    def __iter__(self) -> Iterator[list[str]]: ...


def _rows(reader: _Reader, header: list[str], table: Table) -> Iterator[Row]:
    places = [header.index(column) if column in header else len(header) for column in table.columns]
    width = len(header)
    nothing: list[str | None] = [None] * len(table.columns)
    line = reader.line_num + 1
    for record in reader:
        if len(record) == width:
            # One more value, which stands for every column that the file lacks.
            record.append("")
            yield Row(line, None, None, [record[place].strip() for place in places])
        elif record:
            problem = f"the row has {len(record)} values where the header has {width}"
            yield Row(line, problem, _as_written(record), nothing)
        line = reader.line_num + 1


def _as_written(record: list[str]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="").writerow(record)
    return text.getvalue()
