"""alsolike beside the libraries that a shop could use instead, on the same vectors.

    python -m benchmarks.peers [--products 100000] [--seconds 1.5] [--engines alsolike,faiss,...]

Each engine answers `GET` for the ten products most like another one, alone on the machine but for
the load over 8 connections: alsolike by its own route, the others by one minimal handler on the
same server (`benchmarks/peers/server.py`), with the filter that each library documents. The
libraries live in an environment of their own, `.venv/peers`, from `peers-requirements.txt`. Prints
tables; fails only where an answer is wrong.
"""

import argparse
import contextlib
import functools
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
import psutil

from alsolike.database import connect, register_vectors
from alsolike.embedded.postgres import embedded_postgres
from alsolike.settings import export_connection
from benchmarks.catalogue import catalogue, machine
from benchmarks.http import CONNECTIONS, free_port, resident_mb, serve_app, served
from benchmarks.peers import measure
from benchmarks.peers.shop import Shop, ShopFilter

ROOT = Path(__file__).parents[2]
ENGINES = {
    "pgvector-plain": "pgvector",
    "pgvector-iterative": "pgvector, iterative scan",
    "exact": "NumPy, exact",
    "hnswlib": "hnswlib",
    "faiss": "faiss",
    "usearch": "usearch",
    "lancedb": "LanceDB",
    "chroma": "Chroma",
    "qdrant": "Qdrant, local mode",
}
_OWN = "alsolike"
_MOST_SECONDS_TO_BUILD = 600


def main() -> int:
    """Run the benchmark; 0 unless an answer is wrong."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--products", type=int, default=100_000)
    arguments.add_argument("--seconds", type=float, default=1.5, help="load of each kind")
    arguments.add_argument(
        "--engines", type=lambda text: text.split(","), default=[_OWN, *ENGINES], metavar="NAMES"
    )
    arguments.add_argument("--python", type=Path, default=ROOT / ".venv/peers/bin/python")
    given = arguments.parse_args()
    if unknown := set(given.engines) - {_OWN, *ENGINES}:
        arguments.error(f"no such engine: {', '.join(sorted(unknown))}")
    if not given.python.exists():
        arguments.error(f"{given.python} is missing: `make bench` installs it")
    rows: list[measure.Row] = []
    with tempfile.TemporaryDirectory(prefix="alsolike-peers-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with catalogue(given.products) as seconds:
            shop = _prepare()
            shop.save(folder)
            if _OWN in given.engines:
                rows.append(_measure_alsolike(shop, seconds, given.seconds))
        peers = [engine for engine in ENGINES if engine in given.engines]
        measure_peer = functools.partial(
            _measure_peer, python=given.python, folder=folder, shop=shop, seconds=given.seconds
        )
        databases = [engine for engine in peers if engine.startswith("pgvector")]
        if databases:
            with embedded_postgres(folder / "postgres") as variables:
                export_connection(variables)
                rows += map(measure_peer, databases)
        rows += [measure_peer(engine) for engine in peers if engine not in databases]
    print(f"\n{given.products:,} products, {CONNECTIONS} connections, {machine()}\n")
    print(measure.tables(rows))
    return 0


def _prepare() -> Shop:
    """Give the products prices and stock that have nothing to do with their vectors; read them."""
    with connect() as connection:
        connection.execute(
            "update raw.products as p set "
            "price = abs(hashint4(n.number)::bigint) % 1000 / 10.0, "
            "is_in_stock = abs(hashint4(n.number + 1000000000)::bigint) % 10 <> 0 "
            "from (select product_id, substr(product_id, 2)::int as number from raw.products) as n "
            "where n.product_id = p.product_id"
        )
    with connect(autocommit=True) as connection:
        # Otherwise the table is twice as long as that of a shop.
        connection.execute("vacuum full analyze raw.products")
        register_vectors(connection)
        rows = connection.execute(
            "select substr(p.category, 10)::int, substr(p.brand, 7)::int, p.price, p.is_in_stock, "
            "v.embedding from raw.products as p "
            "inner join recs.product_vectors_1 as v using (product_id) "
            "order by substr(product_id, 2)::int"
        ).fetchall()
    categories, brands, prices, in_stock, vectors = zip(*rows, strict=True)
    return Shop(
        vectors=np.array([vector.to_numpy() for vector in vectors], np.float32),
        prices=np.array(prices, np.float64),
        categories=np.array(categories, np.int16),
        brands=np.array(brands, np.int16),
        in_stock=np.array(in_stock, bool),
    )


def _measure_alsolike(shop: Shop, built: float, seconds: float) -> measure.Row:
    """Measure alsolike's own route."""
    with served(serve_app) as (port, process):
        figures = measure.ask_all(shop, port, measure.alsolike_path, seconds)
        with connect() as connection:
            [(data,)] = connection.execute("show data_directory").fetchall()
        memory = f"{resident_mb(process):.0f} + {_postgres_mb(Path(data)):.0f}"
        changes = measure.changes(shop, _answers(port, measure.alsolike_path), _change_by_sql)
    settings = "halfvec, m 16, ef_construction 64, ef_search 100, /v1/products/{id}/similar"
    return measure.Row(_OWN, settings, built, memory, figures, changes)


def _change_by_sql(kind: str, number: int, *values: float) -> bool:
    """Change a product of alsolike as a shop does."""
    with connect() as connection:
        for statement in _CHANGES[kind]:
            connection.execute(
                statement, {"id": f"p{number}", "value": values[0] if values else None}
            )
    return True


_CHANGES = {
    "price": ["update raw.products set price = %(value)s where product_id = %(id)s"],
    "insert": [
        (
            "insert into raw.products "
            "(product_id, title, category, brand, price, currency, image_url) "
            "select %(id)s, title, category, brand, price, currency, image_url from raw.products "
            "where product_id = 'p' || %(value)s"
        ),
        (
            "insert into recs.product_vectors (model_id, product_id, category, embedding) "
            "select model_id, %(id)s, category, embedding from recs.product_vectors "
            "where product_id = 'p' || %(value)s"
        ),
    ],
    "delete": ["delete from raw.products where product_id = %(id)s"],
}


def _measure_peer(
    engine: str, python: Path, folder: Path, shop: Shop, seconds: float
) -> measure.Row:
    with _peer(engine, python, folder) as (port, process):
        about = json.loads(_fetch(port, "/about"))
        print(f"{engine}: built in {about['seconds']:.0f} s", flush=True)
        figures = measure.ask_all(shop, port, measure.peer_path, seconds)
        memory = f"{resident_mb(process):.0f}"
        if engine.startswith("pgvector"):
            memory += f" + {_postgres_mb(folder / 'postgres'):.0f}"

        def change(kind: str, *values: float) -> bool:
            path = "/".join(["", kind, *map(str, values)])
            try:
                _fetch(port, path, method="POST")
            except urllib.error.HTTPError as error:
                if error.code != 501:  # noqa: PLR2004
                    raise
                return False
            return True

        changes = measure.changes(shop, _answers(port, measure.peer_path), change)
    return measure.Row(
        ENGINES[engine], about["settings"], about["seconds"], memory, figures, changes
    )


@contextlib.contextmanager
def _peer(engine: str, python: Path, folder: Path) -> Generator[tuple[int, int]]:
    """Serve an engine, in its own environment; the port, and the id of the process."""
    port = free_port()
    command = [str(python), "-m", "benchmarks.peers.server", engine, str(folder), str(port)]
    # Where Python was told to look for packages there are those of the benchmark itself.
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    process = subprocess.Popen(command, cwd=ROOT, env=variables)  # noqa: S603  (our own program)
    try:
        _wait_for(process, port)
        yield port, process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until the index is built."""
    until = time.monotonic() + _MOST_SECONDS_TO_BUILD
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError):
            _fetch(port, "/about")
            return
        time.sleep(0.5)
    message = "The engine did not start: its last lines say why."
    raise RuntimeError(message)


def _answers(port: int, path: measure.Path) -> Callable[[int, ShopFilter], list[int]]:
    """Return what asks a server for the numbers of an answer."""
    return lambda number, wanted: measure.numbers_of(_fetch(port, path(number, wanted)))


def _postgres_mb(data: Path) -> float:
    """Return the memory of a Postgres server and all its processes.

    Shared memory counts once: each process has its proportional share, of touched pages only.
    """
    postmaster = psutil.Process(int((data / "postmaster.pid").read_text().splitlines()[0]))
    total = 0
    for process in (postmaster, *postmaster.children()):
        with contextlib.suppress(psutil.NoSuchProcess):
            total += process.memory_full_info().pss
    return total / 2**20


def _fetch(port: int, path: str, *, method: str = "GET") -> bytes:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
    with urllib.request.urlopen(request, timeout=_MOST_SECONDS_TO_BUILD) as response:  # noqa: S310
        return response.read()


if __name__ == "__main__":
    sys.exit(main())
