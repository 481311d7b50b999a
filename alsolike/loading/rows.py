"""Input rows as CSV for COPY, whatever the format of the file they come from."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from alsolike.loading.tables import Table

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
        Why the row cannot be used, where reading it already shows that.
    raw : str or None
        The row as it stands in the file, where it has no columns to show.
    values : list
        One trimmed text or None for each column of the table, in its order.
    """

    line: int
    problem: str | None
    raw: str | None
    values: list[str | None]


class Chunk(NamedTuple):
    """Some rows as CSV: line, problem, raw, then the table's columns; empty is null."""

    data: bytes
    rows: int


@dataclass(slots=True)
class Found:
    """What reading a file showed, besides its rows.

    Attributes
    ----------
    columns : set of str
        The table's columns that the file has; complete when all rows are read.
    ignored : list of str
        Its other columns.
    total : int or None
        Number of rows, where it is known before reading them.
    """

    columns: set[str] = field(default_factory=set[str])
    ignored: list[str] = field(default_factory=list[str])
    total: int | None = None


def encode_rows(rows: Iterable[Row], table: Table) -> Iterator[Chunk]:
    """Give the rows as CSV in chunks of bounded size.

    A row with a NUL or half a surrogate pair becomes one with a problem: Postgres has no such
    text.
    """
    kept: list[Row] = []
    text = io.StringIO(newline="")
    # The writer quotes only the characters of its own line end, so that must be the longer one.
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        kept.append(row)
        writer.writerow((row.line, row.problem, row.raw, *row.values))
        if len(kept) >= _CHUNK_ROWS or text.tell() >= _CHUNK_CHARACTERS:
            yield _chunk(text.getvalue(), kept, table)
            kept.clear()
            text.seek(0)
            text.truncate()
    if kept:
        yield _chunk(text.getvalue(), kept, table)


def _chunk(text: str, rows: list[Row], table: Table) -> Chunk:
    if "\0" not in text:
        try:
            return Chunk(text.encode(), len(rows))
        except UnicodeEncodeError:
            pass
    repaired = io.StringIO(newline="")
    writer = csv.writer(repaired, lineterminator="\r\n")
    for row in rows:
        clean = _without_unstorable(row, table)
        writer.writerow((clean.line, clean.problem, clean.raw, *clean.values))
    return Chunk(repaired.getvalue().encode(), len(rows))


def _without_unstorable(row: Row, table: Table) -> Row:
    problem = row.problem
    values: list[str | None] = []
    for column, value in zip(table.columns, row.values, strict=True):
        clean = _storable(value)
        if clean != value and problem is None:
            what = "a NUL character" if "\0" in (value or "") else "half a surrogate pair"
            problem = f"{column} holds {what}, which text in Postgres cannot: remove it"
        values.append(clean)
    return Row(row.line, _storable(problem), _storable(row.raw), values)


def _storable(text: str | None) -> str | None:
    if text is None:
        return None
    return text.replace("\0", _NUL_PICTURE).encode(errors="replace").decode()
