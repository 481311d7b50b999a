"""Servers of one worker process each on free ports, their memory, and load on them."""

import asyncio
import contextlib
import dataclasses
import multiprocessing
import socket
import statistics
import time
from collections.abc import Callable, Generator
from pathlib import Path

import psutil
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from alsolike.settings import load_settings
from api.serve import serve

CONNECTIONS = 8


@dataclasses.dataclass(frozen=True)
class LoadResult:
    """The seconds of each answer to some load, and those that it took in all."""

    seconds: list[float]
    spent: float

    @property
    def rate(self) -> float:
        """Return answers per second."""
        return len(self.seconds) / self.spent

    @property
    def p50(self) -> float:
        """Return the median, in milliseconds."""
        return 1000 * statistics.median(self.seconds)

    @property
    def p99(self) -> float:
        """Return the 99th percentile, in milliseconds."""
        return 1000 * statistics.quantiles(self.seconds, n=100, method="inclusive")[98]


def serve_app(port: int) -> None:
    """Serve the app as `alsolike serve` does, with one worker process."""
    serve(dataclasses.replace(load_settings(), host="127.0.0.1", port=port, web_workers=1))


def serve_factory(port: int, target: str) -> None:
    """Serve another app, named `module:function`, in the same way."""
    Server(
        target,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        factory=True,
        websockets=False,
        log_level=LogLevels.warning,
        working_dir=Path(__file__).parents[1],
    ).serve()


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def served(target: Callable[..., None], *arguments: str) -> Generator[tuple[int, int]]:
    """Run a server in a process of its own; yield its port and the id of the process."""
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=target, args=(port, *arguments))
    process.start()
    try:
        _wait_for(port)
        yield port, process.pid or 0
    finally:
        process.terminate()
        process.join(10)
        if process.is_alive():
            process.kill()


def resident_mb(server: int) -> float:
    """Return the memory of the worker that a web server started: the largest of its processes."""
    workers = psutil.Process(server).children()
    return max((worker.memory_info().rss for worker in workers), default=0) / 2**20


def load(
    port: int,
    path_of: Callable[[], str],
    seconds: float,
    rows: int | None = None,
    *,
    connections: int = CONNECTIONS,
    headers_of: Callable[[], str] | None = None,
    answers: list[tuple[str, bytes]] | None = None,
) -> LoadResult:
    """Send requests over all connections for some seconds.

    Parameters
    ----------
    path_of : callable
        Returns the path of the next request.
    rows : int, optional
        Rows that each answer must have; None: any number.
    headers_of : callable, optional
        Returns further headers of the next request, each with its line end.
    answers : list, optional
        Collects the path and the body of each answer.
    """
    taken: list[float] = []
    started = time.perf_counter()

    async def ask() -> None:
        """Send one request after the other over a kept-alive connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (asked_at := time.perf_counter()) < started + seconds:
            path = path_of()
            headers = "" if headers_of is None else headers_of()
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(path + " " + head.decode())
            length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
            body = await reader.readexactly(length)
            if rows is not None and body.count(b'"rank"') != rows:
                message = f"{path} has other than {rows} products."
                raise RuntimeError(message)
            taken.append(time.perf_counter() - asked_at)
            if answers is not None:
                answers.append((path, body))
        writer.close()
        await writer.wait_closed()

    async def all_connections() -> None:
        asking = (ask() for _ in range(connections))
        await asyncio.wait_for(asyncio.gather(*asking), seconds + 30)

    asyncio.run(all_connections())
    return LoadResult(taken, time.perf_counter() - started)


def _wait_for(port: int) -> None:
    """Wait until a server accepts connections, 30 seconds at most."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    message = f"No server on port {port}."
    raise TimeoutError(message)
