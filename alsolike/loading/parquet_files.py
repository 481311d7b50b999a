"""Read Parquet files."""

# pyarrow ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false

import io
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from alsolike.attributes import tidy_json
from alsolike.errors import InputFileError
from alsolike.loading.formats import column_name, require_columns
from alsolike.loading.rows import Chunk, Reading, Row, encode_rows
from alsolike.loading.tables import Table
from alsolike.shop_texts import JSON_COLUMNS, is_nothing

_BATCH_ROWS = 65_536
_BATCH_BYTES = 16_000_000
# Signs of HTML, as they stand in JSON too.
_MAYBE_HTML = r"[<&]|\\u00(3[Cc]|26)"
_OPTIONS = pyarrow.csv.WriteOptions(include_header=False)


def read_parquet(path: Path, table: Table, reading: Reading) -> Iterator[Chunk]:
    """Read a Parquet file; a row's line is its number.

    Raises
    ------
    InputFileError
        The file is no Parquet, lacks a required column, or a column's type has no text.
    """
    try:
        with pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20) as file:
            names: list[str] = file.schema_arrow.names
            read: list[str] = []
            for name in names:
                column = column_name(name)
                if column not in table.columns:
                    reading.ignored.append(name)
                    continue
                if column in reading.columns:
                    message = f"{path} has the column {column} twice."
                    raise InputFileError(message)
                reading.columns.add(column)
                read.append(name)
            require_columns(path, table, reading.columns, names)
            columns_of = partial(_columns_of, path, table)
            yield from read_batches(file, table, sorted(read), reading, columns_of)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        message = f"{path} cannot be read as Parquet: {reason}."
        raise InputFileError(message) from error


def read_batches(
    file: pq.ParquetFile,
    table: Table,
    names: list[str],
    reading: Reading,
    columns_of: Callable[[pa.RecordBatch], Mapping[str, pa.Array]],
) -> Iterator[Chunk]:
    """Read a Parquet file in batches of bounded size.

    `names` are those of the columns to read; `columns_of` makes the table's columns of a batch, as
    arrays of strings.
    """
    total = file.metadata.num_rows
    reading.total = total
    size = sum(
        file.metadata.row_group(group).total_byte_size
        for group in range(file.metadata.num_row_groups)
    )
    rows_within_limit = _BATCH_BYTES * total // max(size, 1)
    batch_rows = min(_BATCH_ROWS, max(64, rows_within_limit))
    done = 0
    for batch in file.iter_batches(batch_rows, columns=names):
        columns = columns_of(batch)
        reading.columns.update(columns)
        yield _encode(columns, table, done + 1, batch.num_rows, reading)
        done += batch.num_rows


def _encode(
    columns: Mapping[str, pa.Array], table: Table, first: int, rows: int, reading: Reading
) -> Chunk:
    nothing = pa.nulls(rows, pa.string())
    arrays = [
        _usable(columns[column], column, table, reading) if column in columns else nothing
        for column in table.columns
    ]
    lines = pa.array(range(first, first + rows), pa.int64())
    batch = pa.RecordBatch.from_arrays(
        [lines, nothing, *arrays], names=["line", "problem", *table.columns]
    )
    buffer = io.BytesIO()
    pyarrow.csv.write_csv(batch, buffer, _OPTIONS)
    data = buffer.getvalue()
    if b"\0" not in data:
        return Chunk(data, rows)
    values = zip(*(array.to_pylist() for array in arrays), strict=True)
    repaired = (Row(first + place, None, list(row)) for place, row in enumerate(values))
    chunks = list(encode_rows(repaired, table, reading))
    return Chunk(b"".join(chunk.data for chunk in chunks), rows)


def _usable(array: pa.Array, column: str, table: Table, reading: Reading) -> pa.Array:
    plain = table.texts.get(column)
    if plain is not None:
        array = _plain(array, plain, reading)
    return _without_words_for_nothing(array, column, reading)


def _plain(array: pa.Array, plain: Callable[[str], str], reading: Reading) -> pa.Array:
    """Turn the HTML in a column into text."""
    options = pc.MatchSubstringOptions(_MAYBE_HTML)
    maybe = pc.call_function("match_substring_regex", [array], options)
    if not pc.call_function("any", [maybe]).as_py():
        return array
    texts: list[str] = array.filter(maybe).to_pylist()
    shown = [plain(text) for text in texts]
    reading.plain += sum(new != old for new, old in zip(shown, texts, strict=True))
    some = pc.call_function("coalesce", [maybe, pa.scalar(value=False)])
    replaced = pa.array([text or None for text in shown], pa.string())
    return pc.call_function("replace_with_mask", [array, some, replaced])


def _without_words_for_nothing(array: pa.Array, column: str, reading: Reading) -> pa.Array:
    distinct: list[str | None] = pc.call_function("unique", [array]).to_pylist()
    words = [word for word in distinct if is_nothing(column, word)]
    if not words:
        return array
    options = pc.SetLookupOptions(pa.array(words, pa.string()))
    are_nothing = pc.call_function("is_in", [array], options)
    reading.nothing.update(array.filter(are_nothing).to_pylist())
    return pc.call_function("if_else", [are_nothing, pa.scalar(None, pa.string()), array])


def _columns_of(path: Path, table: Table, batch: pa.RecordBatch) -> dict[str, pa.Array]:
    return {
        name: _as_text(path, name, array)
        for name, array in zip(map(column_name, batch.schema.names), batch.columns, strict=True)
        if name in table.columns
    }


def _as_text(path: Path, name: str, array: pa.Array) -> pa.Array:
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _as_text(path, name, array.dictionary_decode())
    if pa.types.is_timestamp(kind):
        # The same instants in UTC, so that no zone's table is needed; without a zone as they are.
        array = array.cast(pa.timestamp("us", "UTC" if kind.tz else None), safe=False)
    elif pa.types.is_nested(kind):
        if name in JSON_COLUMNS:
            return _as_json(array)
        message = f"{path}: the column {name} has the type {kind}; expected text or a number."
        raise InputFileError(message)
    elif pa.types.is_floating(kind):
        return _text_of_floats(array)
    elif pa.types.is_decimal(kind):
        return _text_of_decimals(array)
    if name in JSON_COLUMNS:
        return pa.array(
            [value and tidy_json(value) for value in array.cast(pa.string()).to_pylist()],
            pa.string(),
        )
    return pc.call_function("utf8_trim_whitespace", [array.cast(pa.string())])


def _as_json(array: pa.Array) -> pa.Array:
    values: list[Any] = array.to_pylist(maps_as_pydicts="strict")
    return pa.array(
        [
            None if value is None else tidy_json(msgspec.json.encode(value).decode())
            for value in values
        ],
        pa.string(),
    )


def _text_of_floats(array: pa.Array) -> pa.Array:
    """Write whole numbers without a point, because gaps turn an id column into floats."""
    wide = array.cast(pa.float64())
    is_whole = pc.call_function(
        "and",
        [
            pc.call_function("equal", [wide, pc.call_function("trunc", [wide])]),
            # Above it, floats cannot hold every whole number.
            pc.call_function("less", [pc.call_function("abs", [wide]), pa.scalar(2.0**53)]),
        ],
    )
    whole = pc.call_function("if_else", [is_whole, wide, pa.scalar(0.0)]).cast(pa.int64())
    text = pc.call_function("if_else", [is_whole, whole.cast(pa.string()), array.cast(pa.string())])
    is_number = pc.call_function("is_finite", [wide])
    return pc.call_function("if_else", [is_number, text, pa.scalar(None, pa.string())])


def _text_of_decimals(array: pa.Array) -> pa.Array:
    """Drop trailing zeros, which come from the column's type: 19.9000 is 19.9."""
    text = array.cast(pa.string())
    has_point = pc.call_function("match_substring", [text], pc.MatchSubstringOptions("."))
    bare = pc.call_function("utf8_rtrim", [text], pc.TrimOptions("0"))
    bare = pc.call_function("utf8_rtrim", [bare], pc.TrimOptions("."))
    return pc.call_function("if_else", [has_point, bare, text])
