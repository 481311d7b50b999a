"""Of an answer no more is taken than it may have, however much is sent."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import httpx2
import pytest

from api.oidc.bounded import HEADERS, Bounded, TooLongError


class Endless(httpx2.AsyncByteStream):
    """Sends pieces for as long as somebody takes them."""

    def __init__(self) -> None:
        self.sent = 0
        self.is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.sent += 100
            yield b"x" * 100

    async def aclose(self) -> None:
        self.is_closed = True


def ask(answer: httpx2.Response, most_bytes: int = 1000) -> httpx2.Response:
    async def work() -> httpx2.Response:
        transport = Bounded(httpx2.MockTransport(lambda _request: answer), most_bytes)
        async with httpx2.AsyncClient(transport=transport, headers=HEADERS) as client:
            return await client.get("https://provider.example/")

    return asyncio.run(work())


def test_an_answer_within_its_limit_is_read() -> None:
    assert ask(httpx2.Response(200, content=b"x" * 1000)).content == b"x" * 1000


def test_an_endless_answer_is_given_up() -> None:
    endless = Endless()
    with pytest.raises(TooLongError, match="longer than 1000 bytes"):
        ask(httpx2.Response(200, stream=endless))
    assert endless.sent == 1100
    assert endless.is_closed


def test_a_compressed_answer_is_not_unpacked() -> None:
    small = gzip.compress(bytes(1_000_000))
    with pytest.raises(TooLongError, match="compressed"):
        ask(httpx2.Response(200, headers={"content-encoding": "gzip"}, stream=_Once(small)))


class _Once(httpx2.AsyncByteStream):
    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content
