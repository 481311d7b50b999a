"""Read CSV files.

Python's own reader, because it knows the true line of a row behind quoted line ends and tells rows
of a wrong length apart. It reads faster than the database stores.
"""

import csv
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple, Protocol

from alsolike.errors import InputFileError
from alsolike.loading.formats import (
    LONGEST_LINE,
    column_name,
    lines_of,
    opened,
    require_columns,
)
from alsolike.loading.rows import Chunk, Reading, Row, encode_rows
from alsolike.loading.shop_headers import commands_for, recognise
from alsolike.loading.tables import Table

_SEPARATORS = (",", ";", "\t", "|")
_SEPARATOR_LINE = re.compile(r'"?sep= *([,;\t|])"?\s*', re.IGNORECASE)
# So many lines below the first are looked at for a header, to say where it is.
_LINES_ABOVE = 10
_QUOTES = re.compile(r"\s*['`\u2018-\u201f\u00ab\u00bb].*['`\u2018-\u201f\u00ab\u00bb]\s*")


class CsvRecord(NamedTuple):
    """A record of a CSV file.

    Attributes
    ----------
    line : int
        The line on which it begins, as an editor counts it from 1.
    values : list of str
        At most as many as the header has, unless there is a problem.
    problem : str or None
        Why it cannot be used.
    """

    line: int
    values: list[str]
    problem: str | None


@dataclass(frozen=True, slots=True)
class CsvFile:
    """An open CSV file below its header.

    Attributes
    ----------
    names : list of str
        The header as it is written.
    separator : str
        The sign between the columns.
    records : Iterator of CsvRecord
    """

    names: list[str]
    separator: str
    records: Iterator[CsvRecord]


@contextmanager
def opened_csv(path: Path, is_header: Callable[[list[str]], bool]) -> Generator[CsvFile]:
    """Open a CSV file with a header, packed or not.

    Parameters
    ----------
    is_header : Callable
        Whether these names of columns are the expected ones, which tells the separator.

    Raises
    ------
    InputFileError
        The file is no CSV in UTF-8; also while its records are read.
    """
    csv.field_size_limit(LONGEST_LINE)
    with opened(path) as stream:
        lines = _Lines(lines_of(path, stream))
        first = next(lines, "")
        above = 0
        while first.isspace():
            first = next(lines, "")
            above += 1
        named = _SEPARATOR_LINE.fullmatch(first)
        if named is None:
            header_line, separator = first, _separator(first, is_header)
            _check_place(path, header_line, lines, above, is_header)
        else:
            # Excel's own first line, which stands above the header.
            header_line, separator = next(lines, ""), named[1]
            above += 1
        reader = csv.reader(chain([header_line], lines), strict=True, delimiter=separator)
        try:
            nothing: list[str] = []
            names = next(reader, nothing)
            yield CsvFile(names, separator, _records(reader, above, names, lines))
        except csv.Error as error:
            message = f"{path}, line {reader.line_num + above}: {_tell(error)}."
            raise InputFileError(message) from error


def read_csv(path: Path, table: Table, reading: Reading) -> Iterator[Chunk]:
    """Read a CSV file with a header, packed or not.

    Raises
    ------
    InputFileError
        The file is no CSV in UTF-8, or its header lacks a required column.
    """
    required = set(table.required)

    def is_header(names: list[str]) -> bool:
        return required.issubset(map(column_name, names))

    with opened_csv(path, is_header) as file:
        if file.separator != ",":
            reading.separator = file.separator
        header = _header(path, file.names, table, reading)
        yield from encode_rows(_rows(file.records, header, table, reading), table, reading)


def _check_place(
    path: Path, first: str, lines: "_Lines", above: int, is_header: Callable[[list[str]], bool]
) -> None:
    """Refuse a file whose header stands below a title or a comment, and say where.

    Takes no line of a file whose first one is the header.
    """
    if any(is_header(names) for names in _readings(first).values()):
        return
    below = list(islice(lines, _LINES_ABOVE))
    for number, line in enumerate(below, start=above + 2):
        if any(is_header(names) for names in _readings(line).values()):
            message = (
                f"{path}: the header stands on line {number}, below {first.strip()[:40]!r}: delete "
                "the lines above it."
            )
            raise InputFileError(message)
    lines.put_back(below)


def _readings(line: str) -> dict[str, list[str]]:
    """Return the names of columns that a line has by each separator."""
    found: dict[str, list[str]] = {}
    for separator in _SEPARATORS:
        with suppress(csv.Error):
            rows = csv.reader([line], delimiter=separator)
            found[separator] = [name for row in rows for name in row]
    return found


def _separator(header: str, is_header: Callable[[list[str]], bool]) -> str:
    """Return the first separator that makes the expected header of a line.

    Else it is the one that makes most columns of it, so that an error can name them.
    """
    readings = _readings(header)
    for separator, names in readings.items():
        if is_header(names):
            return separator
    return max(readings, key=lambda separator: len(readings[separator]), default=",")


def _tell(error: csv.Error) -> str:
    if "new-line character" in str(error):
        return "its lines end in a carriage return alone; save the file with LF or CRLF line ends"
    if "end of data" in str(error):
        return "not CSV (the file ends within quotes: it was cut off, or a quote is not closed)"
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
    export = recognise(names)
    hint = "" if export is None else next(commands_for([(path, export)]))
    require_columns(path, table, reading.columns, header, hint or _hint_on_quotes(names))
    if hint:
        reading.remarks.append(hint)
    return header


def _hint_on_quotes(names: list[str]) -> str:
    """Say what is wrong with the quotes of a header that lacks a column."""
    if len(names) == 1 and any(separator in names[0] for separator in _SEPARATORS):
        return "Each line stands in quotes as a whole: take the quotes around lines away."
    if all(map(_QUOTES.fullmatch, names)):
        return 'The quotes of CSV are ": write the file with those, or without any.'
    return ""


class _Reader(Protocol):
    """The type of `csv.reader`'s result, which has no public name."""

    @property
    def line_num(self) -> int: ...

    def __iter__(self) -> Iterator[list[str]]: ...


class _Lines:
    """The lines of a file, of which it remembers the last one that was taken."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.last = ""

    def put_back(self, lines: list[str]) -> None:
        """Give lines again that were taken."""
        self._lines = chain(lines, self._lines)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.last = next(self._lines)
        return self.last


def _records(reader: _Reader, above: int, header: list[str], lines: _Lines) -> Iterator[CsvRecord]:
    """Give the records under a header; the reader did not see the lines `above` it."""
    width = len(header)
    line = reader.line_num + 1 + above
    for record in reader:
        problem = _fit(record, width, lines.last) if len(record) != width else None
        if record == header:
            problem = "the row is the header again: were two files joined?"
        yield CsvRecord(line, record, problem)
        line = reader.line_num + 1 + above


def _rows(
    records: Iterable[CsvRecord], header: list[str], table: Table, reading: Reading
) -> Iterator[Row]:
    places = [header.index(column) if column in header else len(header) for column in table.columns]
    width = len(header)
    for line, record, problem in records:
        is_short = len(record) < width
        if is_short:
            record.extend([""] * (width - len(record)))
        # One more value, which stands for every column that the file lacks, and none beyond the
        # header's: a row that has more is not used.
        record[width:] = [""]
        values: list[str | None] = [record[place].strip() for place in places]
        if any(values) or problem:
            reading.short += is_short and problem is None
            yield Row(line, problem, values)


def _fit(record: list[str], width: int, last_line: str) -> str | None:
    """Drop empty values beyond the header's width; return why the record cannot be used.

    Spreadsheets leave out empty values at the end of a row, or write too many of them. A row that
    is short and has no line end was cut off.
    """
    while len(record) > width and not record[-1].strip():
        record.pop()
    if len(record) > width:
        return f"the row has {len(record)} values where the header has {width}"
    is_cut = len(record) < width and not last_line.endswith(("\n", "\r"))
    if is_cut and any(map(str.strip, record)):
        return (
            f"the file ends within this row, which has {len(record)} of {width} values: it was "
            "cut off, so write it anew"
        )
    return None
