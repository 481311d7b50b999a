"""Requests per second of `/v1/products/{id}/similar`, against the least that the same SQL costs.

    python -m benchmarks.similar [--products 100000] [--seconds 20]

The products are those of `benchmarks/catalogue.py`. Two granian servers of one worker process each
take turns under load from 8 kept-alive connections: the app, and a Litestar handler that runs the
same statement on an equal pool and returns its rows. Wanted: at least 0.8 of its requests per
second, and a p99 of at most 4 times the p50.
"""

import argparse
import asyncio
import contextlib
import dataclasses
import multiprocessing
import random
import socket
import statistics
import sys
import time
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server
from litestar import Litestar, get
from litestar.params import FromPath
from psycopg.rows import dict_row

from alsolike.database import query
from alsolike.settings import load_settings
from api.pool import Database
from api.serve import serve
from benchmarks.catalogue import catalogue, machine

CONNECTIONS = 8
K = 10
ROUNDS = 6
WANTED_RATIO = 0.8
WANTED_SPREAD = 4.0


def main() -> int:
    """Run the benchmark; 0 if both figures are as wanted, 1 otherwise."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--products", type=int, default=100_000)
    arguments.add_argument("--seconds", type=float, default=20.0, help="load on each of the two")
    given = arguments.parse_args()
    with catalogue(given.products):
        return compare(given.products, given.seconds)


def minimal() -> Litestar:
    """Make the app to compare with: one handler, the statement, its rows."""
    database = Database(load_settings())
    statement = query("serving/similar_products")

    @contextlib.asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncGenerator[None]:
        await database.open()
        try:
            yield
        finally:
            await database.close()

    @get("/v1/products/{product_id:str}/similar")
    async def similar(product_id: FromPath[str]) -> list[dict[str, Any]]:
        async with database.pool.connection() as connection:
            cursor = connection.cursor(row_factory=dict_row)
            await cursor.execute(
                statement,
                {"product_id": product_id, "k": K, "exclude": [], "category": None, "model": None},
            )
            return await cursor.fetchall()

    return Litestar([similar], lifespan=[lifespan], openapi_config=None, logging_config=None)


def serve_app(port: int) -> None:
    """Serve the app as `alsolike serve` does, with one worker process."""
    serve(dataclasses.replace(load_settings(), host="127.0.0.1", port=port, web_workers=1))


def serve_minimal(port: int) -> None:
    """Serve the handler to compare with, in the same way."""
    Server(
        "benchmarks.similar:minimal",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        factory=True,
        websockets=False,
        log_level=LogLevels.warning,
        working_dir=Path(__file__).parents[1],
    ).serve()


@contextlib.contextmanager
def served(target: Callable[[int], None]) -> Generator[int]:
    """Run a server in a process of its own; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = multiprocessing.get_context("spawn").Process(target=target, args=(port,))
    process.start()
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.join(10)
        if process.is_alive():
            process.kill()


def wait_for(port: int) -> None:
    """Wait until a server accepts connections, 30 seconds at most."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    message = f"No server on port {port}."
    raise TimeoutError(message)


def compare(products: int, seconds: float) -> int:
    """Load both servers in turns and print what came out."""
    times: dict[str, list[float]] = {"app": [], "minimal": []}
    spent = {"app": 0.0, "minimal": 0.0}
    with served(serve_app) as app, served(serve_minimal) as other:
        ports = {"app": app, "minimal": other}
        for port in ports.values():
            # Connections, prepared statements and the index's pages are warm afterwards.
            asyncio.run(load(port, products, 2.0))
        for turn in range(ROUNDS):
            order = list(ports.items())
            for name, port in order if turn % 2 == 0 else reversed(order):
                started = time.perf_counter()
                times[name] += asyncio.run(load(port, products, seconds / ROUNDS))
                spent[name] += time.perf_counter() - started
    rates = {name: len(times[name]) / spent[name] for name in times}
    for name, taken in times.items():
        p50, p99 = statistics.median(taken), statistics.quantiles(taken, n=100)[98]
        print(
            f"{name:8} {rates[name]:7.0f} requests/s   p50 {p50 * 1000:5.1f} ms   "
            f"p99 {p99 * 1000:5.1f} ms   p99/p50 {p99 / p50:.2f}"
        )
    ratio = rates["app"] / rates["minimal"]
    spread = statistics.quantiles(times["app"], n=100)[98] / statistics.median(times["app"])
    print(f"similar: {machine()}; {products:,} products, k = {K}, {CONNECTIONS} connections")
    print(f"similar: ratio {ratio:.2f} (wanted at least {WANTED_RATIO})")
    print(f"similar: p99/p50 {spread:.2f} (wanted at most {WANTED_SPREAD:.0f})")
    return 0 if ratio >= WANTED_RATIO and spread <= WANTED_SPREAD else 1


async def load(port: int, products: int, seconds: float) -> list[float]:
    """Ask over all connections for some seconds; the seconds that each answer took."""
    until = time.perf_counter() + seconds
    taken: list[float] = []
    chosen = random.Random(port)  # noqa: S311  (which product is asked for is no secret)
    await asyncio.wait_for(
        asyncio.gather(*(ask(port, products, until, taken, chosen) for _ in range(CONNECTIONS))),
        seconds + 30,
    )
    return taken


async def ask(
    port: int, products: int, until: float, taken: list[float], chosen: random.Random
) -> None:
    """Ask one after the other over one kept-alive connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (started := time.perf_counter()) < until:
        product_id = f"p{chosen.randrange(products)}"
        writer.write(
            f"GET /v1/products/{product_id}/similar HTTP/1.1\r\nHost: bench\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode())
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        body = await reader.readexactly(length)
        if body.count(b'"rank"') != K:
            message = f"{product_id} got other than {K} products."
            raise RuntimeError(message)
        taken.append(time.perf_counter() - started)
    writer.close()
    await writer.wait_closed()


if __name__ == "__main__":
    sys.exit(main())
