"""Postgres servers of a test's own, that it may stop, kill and copy; and visitors of the site."""

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import httpx
import psycopg

from alsolike.embedded.postgres import postgres_program
from alsolike.settings import load_settings
from tests.fixtures.waiting import WITHIN_SECONDS, wait_for

StopMode = Literal["fast", "immediate"]


class Server:
    """One Postgres server below a folder, reached by its socket alone.

    Parameters
    ----------
    folder : Path
        A folder that may be reached by the server's own user.
    """

    def __init__(self, folder: Path, name: str) -> None:
        # As root the server runs as another user; the embedded one has made that user.
        self._user = "pgserver" if os.geteuid() == 0 else None
        self.data = folder / name
        self.socket = folder / f"{name}-socket"
        for path in (self.data, self.socket):
            path.mkdir(mode=0o700)
            if self._user is not None:
                shutil.chown(path, self._user)
        self.socket.chmod(0o755)

    def create(self) -> None:
        """Make an empty server."""
        self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "--no-sync")

    def copy(self, primary: "Server") -> None:
        """Make a replica of another server, which must run."""
        self._run(
            "pg_basebackup", "-D", self.data, "-h", primary.socket, "-U", "postgres",
            "-R", "-X", "stream", "-c", "fast", "--no-sync",
        )  # fmt: skip

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-h '' -k {self.socket} -c fsync=off -c shared_buffers=32MB"
        self._run("pg_ctl", "-D", self.data, "-l", self.data / "log", "-o", options, "-w", "start")

    def stop(self, mode: StopMode = "fast") -> None:
        """Stop it: `immediate` is as good as pulling the plug."""
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """Connect as the superuser."""
        return psycopg.connect(
            host=str(self.socket), user="postgres", dbname=database, autocommit=True
        )

    def _run(self, program: str, *arguments: object) -> None:
        version = load_settings().postgres_version
        command = [str(postgres_program(program, version)), *map(str, arguments)]
        # A server that is started keeps the pipes of its parent: none, so that nobody waits.
        done = subprocess.run(
            command,
            user=self._user,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=WITHIN_SECONDS,
            check=False,
        )
        log = self.data / "log"
        assert done.returncode == 0, (command, log.read_text() if log.exists() else "")


@contextmanager
def server_folder() -> Iterator[Path]:
    """Give a folder for servers; its path is short, as the path of a socket must be."""
    with tempfile.TemporaryDirectory(prefix="alsolike-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@dataclass
class Load:
    """Answers to visitors that never stop asking.

    Attributes
    ----------
    answers : list of tuple
        Path, status, step of the ladder, and seconds, in the order in which they came.
    """

    answers: list[tuple[str, int, str | None, float]] = field(default_factory=list)

    def after(self, mark: int) -> Counter[tuple[str, int, str | None]]:
        """Count the answers since there were so many, by path, status and step."""
        return Counter(answer[:3] for answer in self.answers[mark:])

    def wait_for(self, paths: Sequence[str], tier: str, times: int) -> int:
        """Wait until each path was answered from a step so often from now on; how many by now."""
        mark = len(self.answers)
        wait_for(lambda: all(self.after(mark)[path, 200, tier] >= times for path in paths))
        return len(self.answers)


@contextmanager
def load(address: str, paths: Sequence[str], visitors: int = 4) -> Iterator[Load]:
    """Ask for some paths, over and over, by so many visitors at once."""
    result = Load()
    is_over = threading.Event()
    failures: list[Exception] = []

    def visit(first: int) -> None:
        with httpx.Client(base_url=address, timeout=30) as client:
            number = first
            while not is_over.is_set():
                path = paths[number % len(paths)]
                number += 1
                started = time.perf_counter()
                try:
                    answer = client.get(path)
                except httpx.TransportError as error:
                    failures.append(error)
                    return
                seconds = time.perf_counter() - started
                tier = answer.headers.get("alsolike-tier")
                result.answers.append((path, answer.status_code, tier, seconds))

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(visitors)]
    for thread in threads:
        thread.start()
    try:
        yield result
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    assert failures == []
