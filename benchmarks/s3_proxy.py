"""A proxy before an S3 server, to slow it down, to damage what it gives, or to refuse requests.

with s3_proxy(upstream, interfere) as address: ...
"""

import http.client
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

# Given the method, the path and the body of the server's answer before it is handed on, or None
# before the request is; returns the body to hand on instead, or raises `RefusalError`.
Interfere = Callable[[str, str, bytes | None], bytes | None]
# Given the method, the path and the headers of a request before it is handed on; may refuse it.
Check = Callable[[str, str, Mapping[str, str]], None]


class RefusalError(Exception):
    """The request is answered with a status alone."""

    def __init__(self, status: int = 503) -> None:
        super().__init__(status)
        self.status = status


def _refuse_nothing(_method: str, _path: str, _headers: Mapping[str, str]) -> None:
    """Let every request pass."""


_HOP = {"connection", "transfer-encoding", "content-length", "expect", "server", "date"}


@contextmanager
def s3_proxy(upstream: str, interfere: Interfere, check: Check = _refuse_nothing) -> Generator[str]:
    """Run a proxy on a free port of the loopback; yield its address.

    `upstream` is the address of the S3 server. `interfere` is called from a thread of each
    request's own, which may wait.
    """
    host = urlsplit(upstream).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *_: object) -> None:  # noqa: A002  (the name it has)
            del format

        def _answer(self) -> None:
            try:
                self._pass_on()
            except RefusalError as refusal:
                self.send_response(refusal.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def _pass_on(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            check(self.command, self.path, dict(self.headers.items()))
            interfere(self.command, self.path, None)
            with closing(http.client.HTTPConnection(host, timeout=60)) as connection:
                connection.putrequest(
                    self.command, self.path, skip_host=True, skip_accept_encoding=True
                )
                for name, value in self.headers.items():
                    if name.lower() not in _HOP or name.lower() == "content-length":
                        connection.putheader(name, value)
                connection.endheaders(sent)
                answer = connection.getresponse()
                body = answer.read()
            body = interfere(self.command, self.path, body) or body
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP:
                    self.send_header(name, value)
            length = answer.getheader("Content-Length") if self.command == "HEAD" else None
            self.send_header("Content-Length", length or str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _answer  # noqa: N815

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
