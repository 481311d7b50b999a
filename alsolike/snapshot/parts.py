"""The Parquet files of a snapshot: their columns, and a writer that hashes as it writes."""

import hashlib
import tempfile
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from typing import IO, Any, cast

import pyarrow as pa  # pyright: ignore[reportMissingTypeStubs]
import pyarrow.parquet as pq  # pyright: ignore[reportMissingTypeStubs]

from alsolike.errors import SnapshotError
from alsolike.snapshot.manifest import PartFile

# In the order of a schema.
Row = tuple[Any, ...]

# pyarrow ships no types: it is Any to the rest of the package.
arrow = cast("Any", pa)
parquet = cast("Any", pq)
Schema = Any

NEIGHBOUR_SCHEMA = arrow.schema(
    [
        arrow.field("product_id", arrow.string(), nullable=False),
        arrow.field("rank", arrow.int32(), nullable=False),
        arrow.field("neighbour_id", arrow.string(), nullable=False),
        arrow.field("score", arrow.float32(), nullable=False),
        arrow.field("model", arrow.string(), nullable=False),
    ]
)

# The price and the attributes as text: what Postgres keeps is read back to the last digit.
PRODUCT_SCHEMA = arrow.schema(
    [
        arrow.field("product_id", arrow.string(), nullable=False),
        arrow.field("title", arrow.string(), nullable=False),
        arrow.field("description", arrow.string()),
        arrow.field("category", arrow.string()),
        arrow.field("brand", arrow.string()),
        arrow.field("price", arrow.string()),
        arrow.field("currency", arrow.string()),
        arrow.field("image_url", arrow.string()),
        arrow.field("attributes", arrow.string(), nullable=False),
        arrow.field("is_in_stock", arrow.bool_(), nullable=False),
        arrow.field("created_at", arrow.timestamp("us", tz="UTC"), nullable=False),
        arrow.field("rating_average", arrow.float64()),
        arrow.field("review_count", arrow.int64(), nullable=False),
        arrow.field("popularity_rank", arrow.int64()),
        arrow.field("is_rebuyable", arrow.bool_(), nullable=False),
        arrow.field("sale_price", arrow.string()),
        arrow.field("url", arrow.string()),
        arrow.field("item_group_id", arrow.string()),
        arrow.field("prior", arrow.float32()),
        arrow.field("repurchase_factor", arrow.float32()),
    ]
)


class HashingFile:
    """A file to write to that knows the sha256 and size of what it was given.

    The file below is unbuffered, so that a full disk is known at the write that meets it and not
    again when the file is closed.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.size = 0
        self.closed = False
        self.is_discarding = False
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The sha256 so far, in hexadecimal."""
        return self._hash.hexdigest()

    def write(self, content: bytes) -> int:
        """Write bytes.

        Raises
        ------
        SnapshotError
            The disk is full or fails.
        """
        if self.is_discarding:
            return len(content)
        remaining = memoryview(content)
        try:
            while remaining:
                remaining = remaining[self.file.write(remaining) :]
        except OSError as error:
            raise _explain(error) from error
        self._hash.update(content)
        self.size += len(content)
        return len(content)

    def flush(self) -> None:
        """Do nothing: nothing is buffered."""

    def tell(self) -> int:
        """Return the position, which is the size: it is only ever appended to."""
        return self.size

    def close(self) -> None:
        """Mark it closed; the file below stays open, to be read for the upload."""
        self.closed = True


class PartWriter:
    """One Parquet file under construction, in a temporary file that goes with the writer."""

    def __init__(self, name: str, schema: Schema) -> None:
        self.name = name
        self.rows = 0
        self._schema = schema
        self._stack = ExitStack()
        self._file = self._stack.enter_context(temporary_file())
        self._sink = HashingFile(self._file)
        self._writer = parquet.ParquetWriter(self._sink, schema, compression="zstd")

    def write(self, rows: Sequence[Row]) -> None:
        """Append rows as one row group."""
        columns = zip(zip(*rows, strict=True), self._schema, strict=True)
        table = arrow.table(
            [arrow.array(column, type=field.type) for column, field in columns],
            schema=self._schema,
        )
        self._writer.write_table(table, row_group_size=len(rows))
        self.rows += len(rows)

    def finish(self) -> tuple[PartFile, IO[bytes]]:
        """End the file; return what the manifest says of it, and the file to upload from."""
        self._writer.close()
        self._file.seek(0)
        return PartFile(self.name, self.rows, self._sink.size, self._sink.sha256), self._file

    def close(self) -> None:
        """Let the temporary file go, whether the writing ended well or not."""
        # pyarrow writes a footer when it closes: onto a full disk that would fail once more.
        self._sink.is_discarding = True
        with self._stack:
            self._writer.close()


@contextmanager
def temporary_file() -> Generator[IO[bytes]]:
    """Open a nameless, unbuffered file that is gone at the end of the block.

    Raises
    ------
    SnapshotError
        The folder for temporary files takes none.
    """
    with ExitStack() as stack:
        try:
            file = stack.enter_context(tempfile.TemporaryFile(buffering=0))
        except OSError as error:
            raise _explain(error) from error
        yield file


def _explain(error: OSError) -> SnapshotError:
    return SnapshotError(
        f"Cannot write a temporary file of the snapshot in {tempfile.gettempdir()}: "
        f"{error.strerror or error}. Make room there, or set TMPDIR to another folder."
    )
