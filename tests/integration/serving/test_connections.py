"""Connections that say nothing, or stop in the middle, take the site from nobody."""

import contextlib
import resource
import selectors
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.fixtures.site import serving
from tests.integration.serving.servers import Server

# More than a server has waiting by default, which is 1,024.
EACH = 300
WITHIN_SECONDS = 30
HEAD = b"Host: 127.0.0.1\r\n"
KINDS = {
    "silent": b"",
    "half a head": b"GET / HTTP/1.1\r\n" + HEAD + b"X-Slow: ",
    "idle": b"GET /health/live HTTP/1.1\r\n" + HEAD + b"\r\n",
    "half a body": b"POST /v1/events HTTP/1.1\r\n"
    + HEAD
    + b"Content-Type: application/json\r\nContent-Length: 900000\r\n\r\n{",
    "no chunk": b"POST /v1/events HTTP/1.1\r\n"
    + HEAD
    + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{}\r\n",
}
ANSWERS = {
    "idle": b"HTTP/1.1 200 OK",
    "half a body": b"HTTP/1.1 408 Request Timeout",
    "no chunk": b"HTTP/1.1 400 Bad Request",
}


@pytest.fixture
def held(
    variables: dict[str, str], tmp_path: Path
) -> Iterator[tuple[str, dict[str, list[socket.socket]]]]:
    """Serve the shop and hold connections of every kind; its address, and they."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = EACH * len(KINDS) + 500
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    with serving(variables, tmp_path / "log.txt") as address, contextlib.ExitStack() as stack:
        place = urlsplit(address)
        sockets: dict[str, list[socket.socket]] = {kind: [] for kind in KINDS}
        for kind, sent in KINDS.items():
            for _ in range(EACH):
                one = socket.create_connection((str(place.hostname), place.port or 0), timeout=5)
                stack.enter_context(one)
                one.sendall(sent)
                sockets[kind].append(one)
        yield address, sockets
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_site_answers_beside_them_and_ends_them(
    primary: Server, held: tuple[str, dict[str, list[socket.socket]]]
) -> None:
    assert primary
    address, sockets = held
    for path in ("/health/live", "/v1/products/knife-05", "/"):
        assert httpx.get(f"{address}{path}", timeout=5).status_code == 200
    received = read_to_the_end([one for kind in sockets.values() for one in kind])
    for kind, ones in sockets.items():
        answers = {received[one].split(b"\r\n")[0] for one in ones}
        assert answers == {ANSWERS.get(kind, b"")}, kind


def read_to_the_end(sockets: list[socket.socket]) -> dict[socket.socket, bytes]:
    """Read what arrives until the other side has closed every connection."""
    received = dict.fromkeys(sockets, b"")
    last = time.monotonic() + WITHIN_SECONDS
    with selectors.DefaultSelector() as selector:
        for one in sockets:
            selector.register(one, selectors.EVENT_READ)
        while selector.get_map():
            assert time.monotonic() < last, f"{len(selector.get_map())} are still open"
            for key, _ in selector.select(1):
                one = next(one for one in (key.fileobj,) if isinstance(one, socket.socket))
                try:
                    piece = one.recv(65536)
                except ConnectionResetError:
                    piece = b""
                received[one] += piece
                if not piece:
                    selector.unregister(one)
    return received
