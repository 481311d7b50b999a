"""Read Parquet files."""

# pyarrow ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false

import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from alsolike.errors import InputFileError
from alsolike.loading.formats import require_columns
from alsolike.loading.rows import Chunk, Found, Row, encode_rows
from alsolike.loading.tables import Table

_BATCH_ROWS = 65_536
_BATCH_BYTES = 16_000_000
_OPTIONS = pyarrow.csv.WriteOptions(include_header=False)


def read_parquet(path: Path, table: Table, found: Found) -> Iterator[Chunk]:
    """Read a Parquet file; a row's line is its number.

    Raises
    ------
    InputFileError
        The file is no Parquet, lacks a required column, or a column's type has no text.
    """
    try:
        with pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20) as file:
            names: list[str] = file.schema_arrow.names
            found.columns.update(name for name in names if name in table.columns)
            found.ignored.extend(name for name in names if name not in table.columns)
            require_columns(path, table, found.columns)
            yield from read_batches(
                file, table, sorted(found.columns), found, _columns_of(path, table)
            )
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        message = f"{path} cannot be read as Parquet: {reason}."
        raise InputFileError(message) from error


def read_batches(
    file: pq.ParquetFile,
    table: Table,
    names: list[str],
    found: Found,
    columns_of: Callable[[pa.RecordBatch], Mapping[str, pa.Array]],
) -> Iterator[Chunk]:
    """Read a Parquet file in batches of bounded size.

    Parameters
    ----------
    names : list of str
        Columns to read.
    columns_of : Callable
        Gives the table's columns, as arrays of strings, of a batch.
    """
    total = file.metadata.num_rows
    found.total = total
    size = sum(
        file.metadata.row_group(group).total_byte_size
        for group in range(file.metadata.num_row_groups)
    )
    rows_within_limit = _BATCH_BYTES * total // max(size, 1)
    batch_rows = min(_BATCH_ROWS, max(64, rows_within_limit))
    done = 0
    for batch in file.iter_batches(batch_rows, columns=names):
        yield _encode(columns_of(batch), table, done + 1, batch.num_rows)
        done += batch.num_rows


def _encode(columns: Mapping[str, pa.Array], table: Table, first: int, rows: int) -> Chunk:
    nothing = pa.nulls(rows, pa.string())
    arrays = [columns.get(column, nothing) for column in table.columns]
    lines = pa.array(range(first, first + rows), pa.int64())
    batch = pa.RecordBatch.from_arrays(
        [lines, nothing, nothing, *arrays], names=["line", "problem", "raw", *table.columns]
    )
    buffer = io.BytesIO()
    pyarrow.csv.write_csv(batch, buffer, _OPTIONS)
    data = buffer.getvalue()
    if b"\0" not in data:
        return Chunk(data, rows)
    values = zip(*(array.to_pylist() for array in arrays), strict=True)
    repaired = (Row(first + place, None, None, list(row)) for place, row in enumerate(values))
    chunks = list(encode_rows(repaired, table))
    return Chunk(b"".join(chunk.data for chunk in chunks), rows)


def _columns_of(path: Path, table: Table) -> Callable[[pa.RecordBatch], dict[str, pa.Array]]:
    def columns_of(batch: pa.RecordBatch) -> dict[str, pa.Array]:
        return {
            name: _as_text(path, name, column)
            for name, column in zip(batch.schema.names, batch.columns, strict=True)
            if name in table.columns
        }

    return columns_of


def _as_text(path: Path, name: str, array: pa.Array) -> pa.Array:
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _as_text(path, name, array.dictionary_decode())
    if pa.types.is_timestamp(kind):
        # The same instants in UTC, so that no zone's table is needed; without a zone as they are.
        array = array.cast(pa.timestamp("us", "UTC" if kind.tz else None), safe=False)
    elif pa.types.is_nested(kind):
        if name == "attributes":
            return _as_json(array)
        message = f"{path}: the column {name} has the type {kind}; expected text or a number."
        raise InputFileError(message)
    return pc.call_function("utf8_trim_whitespace", [array.cast(pa.string())])


def _as_json(array: pa.Array) -> pa.Array:
    values: list[Any] = array.to_pylist(maps_as_pydicts="strict")
    return pa.array(
        [None if value is None else msgspec.json.encode(value).decode() for value in values],
        pa.string(),
    )
