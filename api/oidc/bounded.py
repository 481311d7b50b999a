"""Answers of the provider, of which no more is read than one may have."""

from collections.abc import AsyncIterator

import httpx2

# The size of no answer is left to the provider; compressed ones would be larger than they seem.
HEADERS = {"Accept-Encoding": "identity"}


class TooLongError(httpx2.TransportError):
    """An answer has more bytes than it may have, or may turn out to."""


class Bounded(httpx2.AsyncBaseTransport):
    """Gives up an answer that is too long, or compressed.

    Parameters
    ----------
    transport : AsyncBaseTransport
        What sends the requests.
    most_bytes : int
        Of the body of an answer.
    """

    def __init__(self, transport: httpx2.AsyncBaseTransport, most_bytes: int) -> None:
        self._transport = transport
        self._most_bytes = most_bytes

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request.

        Raises
        ------
        TooLongError
            The answer is compressed; its body raises this where that is too long.
        """
        answer = await self._transport.handle_async_request(request)
        if answer.headers.get("content-encoding", "identity") != "identity":
            await answer.aclose()
            message = "The answer is compressed, though none such was asked for."
            raise TooLongError(message)
        assert isinstance(answer.stream, httpx2.AsyncByteStream)  # noqa: S101  (of this transport)
        answer.stream = _Counted(answer.stream, self._most_bytes)
        return answer

    async def aclose(self) -> None:
        """Close what sends."""
        await self._transport.aclose()


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, most_bytes: int) -> None:
        self._stream = stream
        self._most_bytes = most_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for part in self._stream:
            size += len(part)
            if size > self._most_bytes:
                message = f"The answer is longer than {self._most_bytes} bytes."
                raise TooLongError(message)
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()
