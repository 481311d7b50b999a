"""Input rows as CSV for COPY, whatever the format of the file they come from."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from alsolike.attributes import tidy_json
from alsolike.loading.formats import SHOWN_COLUMNS
from alsolike.loading.summary import counted
from alsolike.loading.tables import Table
from alsolike.shop_texts import ANSWERS, GROUPING, JSON_COLUMNS, NOTHING, is_nothing

_CHUNK_ROWS = 10_000
_CHUNK_CHARACTERS = 4_000_000

# Postgres text cannot hold NUL; a rejected row shows this picture of it instead.
_NUL_PICTURE = "\u2400"


class Row(NamedTuple):
    """One row of a file.

    Attributes
    ----------
    line : int
        Line on which the row begins, as an editor counts it from 1; in Parquet the row's number.
    problem : str or None
        Why the row cannot be used, if reading it already shows that.
    values : list
        One trimmed text or None for each column of the table, in its order.
    """

    line: int
    problem: str | None
    values: list[str | None]


class Chunk(NamedTuple):
    """Some rows as CSV: line, problem, then the table's columns; empty is null."""

    data: bytes
    rows: int


@dataclass(slots=True)
class Reading:
    """What reading a file showed, besides its rows.

    Attributes
    ----------
    columns : set of str
        The table's columns that the file has; complete when all rows are read.
    ignored : list of str
        Its other columns.
    total : int or None
        Number of rows, if it is known before reading them.
    separator : str or None
        The sign between its columns, if it is not a comma.
    short : int
        Rows that have fewer values than the header; the missing ones count as empty.
    nothing : Counter of str
        Words that stand for a missing value, and how often each was read as one.
    plain : int
        Fields in which HTML was turned into text.
    cleaned : int
        Fields other than ids from which characters were removed that Postgres cannot store.
    remarks : list of str
        Further sentences for the summary.
    known : int or None
        Rows that were not read, because an earlier load stored them as they are; known when all
        others are read. None: the source has no others.
    """

    columns: set[str] = field(default_factory=set[str])
    ignored: list[str] = field(default_factory=list[str])
    total: int | None = None
    separator: str | None = None
    short: int = 0
    nothing: Counter[str] = field(default_factory=Counter[str])
    plain: int = 0
    cleaned: int = 0
    remarks: list[str] = field(default_factory=list[str])
    known: int | None = None

    def notes(self) -> Iterator[str]:
        """Yield a sentence on each thing that was read differently from how it is written."""
        yield from self.remarks
        if self.ignored:
            names = ", ".join(repr(name) for name in self.ignored[:SHOWN_COLUMNS])
            more = len(self.ignored) - SHOWN_COLUMNS
            yield f"ignored columns: {names}{f' and {more:,} more' if more > 0 else ''}."
        if self.separator:
            yield f"read with {self.separator!r} between the columns."
        if self.short:
            yield (
                f"values at the end of {counted(self.short, 'row')} are missing, and were taken as "
                "empty."
            )
        if self.nothing:
            words = ", ".join(f"{word} ({count:,})" for word, count in self.nothing.most_common(3))
            yield f"words that stand for nothing were taken as empty: {words}."
        if self.plain:
            yield f"HTML was turned into text in {counted(self.plain, 'field')}."
        if self.cleaned:
            yield (
                "NUL characters and halves of surrogate pairs were taken out of "
                f"{counted(self.cleaned, 'field')}."
            )


@dataclass(frozen=True, slots=True)
class Source:
    """A file to load.

    Attributes
    ----------
    name : str
        Names the file in the summary and in `raw.rejected_rows`.
    table : Table
        The table that it fills.
    read : Callable
        Yields its rows in bounded memory; raises InputFileError if they cannot be read.
    written_at : datetime, optional
        When the file was written, if it is one.
    """

    name: str
    table: Table
    read: Callable[[Reading], Iterator[Chunk]]
    written_at: datetime | None = None


def encode_rows(rows: Iterable[Row], table: Table, reading: Reading) -> Iterator[Chunk]:
    """Give the rows as CSV in chunks of bounded size.

    HTML becomes text, and words that stand for nothing become null. Characters that Postgres has no
    text for (NUL, half a surrogate pair) are removed; a row that has one in a required column or an
    id gets a problem. A consent with one stays unreadable, which counts as no. `reading` counts
    what was changed.
    """
    kept: list[Row] = []
    text = io.StringIO(newline="")
    # The writer quotes only the characters of its own line end, so that must be the longer one.
    writer = csv.writer(text, lineterminator="\r\n")
    grouping = [place for place, column in enumerate(table.columns) if column in GROUPING]
    jsons = [place for place, column in enumerate(table.columns) if column in JSON_COLUMNS]
    texts = [(table.columns.index(column), plain) for column, plain in table.texts.items()]
    for row in rows:
        values = row.values
        for place, plain in texts:
            if (value := values[place]) and (shown := plain(value)) != value:
                values[place] = shown or None
                reading.plain += 1
        if not NOTHING.isdisjoint(values):
            _empty_words_for_nothing(values, range(len(values)), table, reading)
        _empty_words_for_nothing(values, grouping, table, reading)
        for place in jsons:
            if written := values[place]:
                values[place] = tidy_json(written)
        kept.append(row)
        writer.writerow((row.line, row.problem, *values))
        if len(kept) >= _CHUNK_ROWS or text.tell() >= _CHUNK_CHARACTERS:
            yield _chunk(text.getvalue(), kept, table, reading)
            kept.clear()
            text.seek(0)
            text.truncate()
    if kept:
        yield _chunk(text.getvalue(), kept, table, reading)


def _empty_words_for_nothing(
    values: list[str | None], places: Iterable[int], table: Table, reading: Reading
) -> None:
    for place in places:
        value = values[place]
        if value and is_nothing(table.columns[place], value):
            reading.nothing[value] += 1
            values[place] = None


def _chunk(text: str, rows: list[Row], table: Table, reading: Reading) -> Chunk:
    if "\0" not in text:
        try:
            return Chunk(text.encode(), len(rows))
        except UnicodeEncodeError:
            pass
    repaired = io.StringIO(newline="")
    writer = csv.writer(repaired, lineterminator="\r\n")
    for row in rows:
        clean = _without_unstorable(row, table, reading)
        writer.writerow((clean.line, clean.problem, *clean.values))
    return Chunk(repaired.getvalue().encode(), len(rows))


def _without_unstorable(row: Row, table: Table, reading: Reading) -> Row:
    problem = row.problem
    values: list[str | None] = []
    for column, value in zip(table.columns, row.values, strict=True):
        clean = _storable(value, _NUL_PICTURE)
        if clean != value and (column in table.required or column.endswith("_id")):
            what = "a NUL character" if "\0" in (value or "") else "half a surrogate pair"
            problem = problem or f"{column} holds {what}, which text in Postgres cannot: remove it"
        elif clean != value and column not in ANSWERS:
            clean = _storable(value, "")
            reading.cleaned += 1
        values.append(clean)
    return Row(row.line, _storable(problem, _NUL_PICTURE), values)


def _storable(text: str | None, in_place_of_nul: str) -> str | None:
    if text is None:
        return None
    return text.replace("\0", in_place_of_nul).encode(errors="replace").decode()
