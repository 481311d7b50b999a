"""Invented products to measure on, with clustered random unit vectors and an HNSW index."""

import argparse
import contextlib
import os
import platform
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from pgvector import HalfVector
from psycopg import sql

from alsolike.database import connect, register_vectors
from alsolike.embedded.postgres import embedded_postgres
from alsolike.migrate import migrate
from alsolike.settings import export_connection

DIMENSION = 384
CLUSTERS = 500


def options(description: str, **defaults: float) -> argparse.Namespace:
    """Read the command line of a benchmark: a number for each name, with its default."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    for name, default in defaults.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    return parser.parse_args()


def machine() -> str:
    """Return what a figure was measured on."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {gigabytes:.0f} GiB, Python {platform.python_version()}"


@contextlib.contextmanager
def catalogue(products: int) -> Generator[float]:
    """Fill a server in a temporary folder with products; yield the seconds, including the index."""
    with tempfile.TemporaryDirectory(prefix="alsolike-bench-", ignore_cleanup_errors=True) as home:
        # Pages are measured too, although this is not the demo shop.
        export_connection({"ALSOLIKE_HOME": home, "ALSOLIKE_PAGES": "true"})
        with embedded_postgres(Path(home) / "postgres") as variables:
            export_connection(variables)
            migrate()
            _give_memory(products)
            yield _fill(products)


def _give_memory(products: int) -> None:
    """Give index builds enough memory, 1.6 kB a product, which makes them several times faster."""
    size = sql.Literal(f"{max(512, products // 500)}MB")
    with connect() as connection:
        connection.execute(
            sql.SQL("alter database alsolike set maintenance_work_mem = {}").format(size)
        )


def _fill(products: int) -> float:
    """Write the products, their vectors and the index; return the seconds."""
    started = time.perf_counter()
    generator = np.random.default_rng(7)
    centres = generator.standard_normal((CLUSTERS, DIMENSION), dtype=np.float32)
    with connect() as connection:
        register_vectors(connection)
        model_id = _add_model(connection)
        with connection.cursor().copy(
            "copy raw.products (product_id, title, category, brand, price, currency, image_url)"
            " from stdin"
        ) as copy:
            for n in range(products):
                copy.write_row(
                    (
                        f"p{n}",
                        f"Product {n}",
                        _category(n),
                        f"Brand {n % 40}",
                        n % 100,
                        "EUR",
                        f"/pictures/p{n}.svg",
                    )
                )
        with connection.cursor().copy(
            "copy recs.product_vectors (model_id, product_id, category, embedding)"
            " from stdin with (format binary)"
        ) as copy:
            copy.set_types(["int4", "text", "text", "halfvec"])
            # In the worker's order: sixteen passes, each through all categories.
            for n in sorted(range(products), key=lambda n: (n // 12 % 16, _category(n))):
                noise = generator.standard_normal(DIMENSION, dtype=np.float32)
                vector = centres[n % CLUSTERS] + 0.7 * noise
                row = (model_id, f"p{n}", _category(n), HalfVector(vector / np.linalg.norm(vector)))
                copy.write_row(row)
        connection.execute("select recs.build_vector_index(%s)", (model_id,))
    with connect(autocommit=True) as connection:
        connection.execute("vacuum analyze raw.products")
        connection.execute("vacuum analyze recs.product_vectors")
    spent = time.perf_counter() - started
    print(f"{products:,} products with vectors and index in {spent:.0f} s")
    return spent


def _category(number: int) -> str:
    return f"Category {number % 12}"


def _add_model(connection: psycopg.Connection[Any]) -> int:
    """Make the serving model; return its id."""
    [(model_id,)] = connection.execute(
        "with encoder as ("
        " insert into recs.encoders (name, sha256, dimension)"
        " values ('bench', 'none', %(dimension)s) returning encoder_id)"
        " select recs.add_model('bench', 'average', encoder_id, %(dimension)s, '{}') from encoder",
        {"dimension": DIMENSION},
    ).fetchall()
    connection.execute("insert into recs.serving_model (model_id) values (%s)", (model_id,))
    return model_id
