"""Serving the app with granian, until Ctrl-C or SIGTERM.

A worker process that is killed is replaced; when the process that started them is killed, they end.
"""

import asyncio
import errno
import multiprocessing
import re
import resource
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import psutil
import psycopg
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server
from granian.utils.proxies import (
    wrap_asgi_with_proxy_headers,  # pyright: ignore[reportUnknownVariableType]
)
from litestar.types import ASGIApp

from alsolike.errors import AlsolikeError
from alsolike.parent import end_with_parent
from alsolike.settings import Settings, export_connection, is_loopback, load_settings
from api.http.addresses import without_ports

_STOP_SECONDS = 5
# Seconds to wait for a port: worker processes of a server that was just killed may still hold it.
_PORT_SECONDS = 2
# Seconds until a connection must have sent the head of its next request. A proxy that keeps idle
# connections for longer finds them closed, and opens others.
_HEAD_SECONDS = 10
# Of a request's head; the longest addresses that we make have 8 KB.
_HEAD_BYTES = 64 * 1024
# Open connections of one worker process. An idle one costs a few kilobytes.
_MOST_CONNECTIONS = 10_000
# Further open files of a process: database connections, the snapshot, static files.
_OTHER_FILES = 512


class ServeError(AlsolikeError):
    """The site cannot be served."""


def serve(settings: Settings, *, announce: Callable[[], None] | None = None) -> None:
    """Serve the site and the API until a signal; returns after its worker processes have ended.

    Parameters
    ----------
    settings : Settings
        Host, port and number of worker processes. Each worker reads the settings again from the
        environment, which must be the same.
    announce : callable, optional
        Called once the address is bound and the worker processes start.

    Raises
    ------
    ServeError
        The address is taken or not ours to use, or worker processes fail as soon as they start.
    """
    require_free_port(settings)
    with _metrics_folder(settings):
        _serve(settings, announce)


@contextmanager
def _metrics_folder(settings: Settings) -> Generator[None]:
    """Make a folder for the metrics of several worker processes, and remove it at the end."""
    if settings.web_workers == 1 or settings.metrics_folder is not None:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="alsolike-metrics-") as folder:
        export_connection({"PROMETHEUS_MULTIPROC_DIR": folder})
        yield


def _serve(settings: Settings, announce: Callable[[], None] | None) -> None:
    server = Server(
        "api.serve:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.web_workers,
        factory=True,
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=_STOP_SECONDS,
        respawn_failed_workers=True,
        # Not `auto`: granian detects HTTP/2 by the first bytes, without a time limit.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=_HEAD_SECONDS * 1000, max_buffer_size=_HEAD_BYTES
        ),
        backpressure=_connection_limit(),
    )
    if announce is not None:
        server.on_startup(announce)
    # Granian replaces the signal handlers; the calling command may need its own afterwards.
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        server.serve()
    except SystemExit as error:
        message = "A web worker ended again as soon as it started: its last log lines say why."
        raise ServeError(message) from error
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _connection_limit() -> int:
    """Raise the limit of open files, and return how many connections a worker may hold."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_CONNECTIONS + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        # Worker processes inherit the limit.
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY:
        return _MOST_CONNECTIONS
    return max(_OTHER_FILES // 4, min(_MOST_CONNECTIONS, soft - _OTHER_FILES))


def application() -> ASGIApp:
    """Make the app of one worker process from its environment."""
    from api.app import create_app  # noqa: PLC0415  (the parent process has no use for the app)

    starter = multiprocessing.parent_process()
    if starter is not None and starter.pid is not None:
        end_with_parent(starter.pid, grace_seconds=_STOP_SECONDS)
    settings = load_settings()
    _forget_dead_workers(settings.metrics_folder)
    app = create_app(settings)
    if not settings.trusted_proxies:
        return app
    # Outermost, so that every middleware sees the client's address rather than the proxy's.
    wrapped = wrap_asgi_with_proxy_headers(app, list(settings.trusted_proxies))  # pyright: ignore[reportUnknownVariableType]
    return without_ports(cast("ASGIApp", wrapped))


def _forget_dead_workers(metrics_folder: Path | None) -> None:
    """Drop the gauges of killed workers, such as their pools; their counters stay."""
    if metrics_folder is None:
        return
    from prometheus_client.multiprocess import (  # noqa: PLC0415  (see above)
        mark_process_dead,  # pyright: ignore[reportUnknownVariableType]
    )

    for file in metrics_folder.glob("gauge_live*.db"):
        found = re.search(r"_(\d+)\.db$", file.name)
        if found is not None and not psutil.pid_exists(int(found[1])):
            mark_process_dead(int(found[1]), str(metrics_folder))


def require_closed_api(settings: Settings) -> None:
    """Refuse to serve an API without keys to other machines.

    Raises
    ------
    ServeError
        Others can reach the address, and there are no keys.
    """
    if not is_loopback(settings.host) and not settings.api_keys:
        message = (
            f"ALSOLIKE_HOST is {settings.host}, where others reach an API that asks for no key: "
            "set ALSOLIKE_API_KEYS to one of `openssl rand -hex 16`, or leave ALSOLIKE_HOST out."
        )
        raise ServeError(message)


def require_looks(settings: Settings) -> None:
    """Refuse to serve with a theme or languages that no worker process could read.

    Raises
    ------
    SettingError
        `ALSOLIKE_THEME` or `ALSOLIKE_PAGE_LANGUAGES` cannot be used.
    """
    from api.languages.choice import (  # noqa: PLC0415  (this process needs no more)
        load_languages,
        offered_languages,
    )
    from api.theme.theme import load_theme  # noqa: PLC0415

    load_theme(settings.theme_folder)
    offered_languages(settings.page_languages, load_languages())


def require_role(settings: Settings) -> bool:
    """Refuse to serve as anybody but the app's role, which would not mend by itself.

    Returns
    -------
    bool
        Whether the database can be connected to. If not, the site serves what it can without it.

    Raises
    ------
    ServeError
        The app would act as another role, or without a time limit.
    """
    from api.database.connections import check_role  # noqa: PLC0415  (this process needs no more)
    from api.database.failures import WrongRoleError  # noqa: PLC0415

    try:
        asyncio.run(check_role(settings))
    except WrongRoleError as error:
        message = f"The site does not serve: {error}."
        raise ServeError(message) from error
    except psycopg.Error:
        # The worker processes log the reason, and their health check tells it.
        return False
    return True


def require_free_port(settings: Settings) -> None:
    """Fail early: granian would share the port with another server that allows it.

    Raises
    ------
    ServeError
        The address is taken or not ours to use.
    """
    until = time.monotonic() + _PORT_SECONDS
    while True:
        try:
            _bind(settings.host, settings.port)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and time.monotonic() < until:
                time.sleep(0.1)
                continue
            message = (
                f"Cannot serve at {settings.host}:{settings.port}: {error.strerror}. "
                "Set ALSOLIKE_PORT (or ALSOLIKE_HOST) to a free address."
            )
            raise ServeError(message) from error
        return


def _bind(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do: connections of a server that just ended do not block the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
