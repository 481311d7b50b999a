"""A small demo shop with its site, its worker, its Postgres and S3, all of them to be broken."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal, LiteralString

import httpx
import psutil

from alsolike.database import connect
from alsolike.demo.write import ShopSize, write_demo_shop
from alsolike.embedded.postgres import embedded_postgres, postgres_program
from alsolike.embedded.s3 import embedded_s3
from alsolike.progress import ignore_progress
from alsolike.settings import export_connection
from benchmarks.http import free_port

ROOT = Path(__file__).parents[1]
WITHIN_SECONDS = 120.0

_SIZE = ShopSize(products=100, shoppers=100, days=20)


class FaultError(RuntimeError):
    """Something did not come back."""


class Site:
    """What runs in a folder of its own, which the servers' users may enter, and how to break it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._postgres = home / "postgres"
        self._port = free_port()
        self.address = f"http://127.0.0.1:{self._port}"

    @contextlib.contextmanager
    def prepared(self) -> Generator[None]:
        """Run the two servers, with the shop loaded, embedded, trained and exported."""
        export_connection({"ALSOLIKE_HOME": str(self.home), "ALSOLIKE_PORT": str(self._port)})
        with (
            embedded_postgres(self._postgres) as database,
            embedded_s3(self.home / "s3", "alsolike") as s3,
        ):
            export_connection(
                {**database, **s3, "ALSOLIKE_WEB_WORKERS": "2", "ALSOLIKE_PAGES": "true"}
            )
            write_demo_shop(
                self.shop, _SIZE, seed=1, ends_at=datetime.now(UTC), progress=ignore_progress
            )
            for command in (
                "migrate", self.load, "transform --no-tests", "embed", "export", "fetch",
            ):  # fmt: skip
                code, said = self.command(*command.split())
                if code:
                    message = f"alsolike {command} ended with {code}: {said}"
                    raise FaultError(message)
            yield

    @property
    def load(self) -> str:
        """The command that loads the shop, whose visitors agreed."""
        return f"load {self.shop} --consent personalisation"

    @property
    def shop(self) -> Path:
        """Return the folder of the shop's files."""
        return self.home / "shop"

    @contextlib.contextmanager
    def process(self, command: str) -> Generator["subprocess.Popen[bytes]"]:
        """Run the site or the worker; its log lies in the home."""
        with (self.home / f"{command}.log").open("ab") as log:
            process = self.start(command, output=log)
            try:
                yield process
            finally:
                process.terminate()
                try:
                    process.wait(WITHIN_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def last_line(self, command: str) -> str:
        """Return the last line of the log of the site or the worker."""
        lines = (self.home / f"{command}.log").read_text(errors="replace").strip().splitlines()
        return next(reversed(lines), "")

    def start(
        self, *arguments: str, output: Any = subprocess.DEVNULL, **variables: str
    ) -> "subprocess.Popen[bytes]":
        """Start a command."""
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "alsolike", *arguments],
            cwd=ROOT,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def command(self, *arguments: str, **variables: str) -> tuple[int, str]:
        """Run a command to its end; its exit code and the last line that it printed."""
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "alsolike", *arguments],
            cwd=ROOT,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=5 * WITHIN_SECONDS,
            check=False,
        )
        return done.returncode, next(reversed(done.stdout.strip().splitlines()), "")

    def restart_postgres(self, mode: Literal["fast", "immediate"]) -> None:
        """Restart the server; `immediate` is as good as pulling the plug."""
        # As root the embedded server runs as another user, who alone may control it.
        owner = self._postgres.stat().st_uid
        arguments = ["-D", str(self._postgres), "-m", mode, "-w", "restart"]
        subprocess.run(  # noqa: S603
            [str(postgres_program("pg_ctl")), *arguments],
            user=owner if os.geteuid() == 0 else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=WITHIN_SECONDS,
            check=True,
        )

    def freeze_postgres(self, seconds: float) -> None:
        """Stop every process of the server as it stands, and let them go on after some seconds."""
        first_line = (self._postgres / "postmaster.pid").read_text().splitlines()[0]
        postmaster = psutil.Process(int(first_line))
        frozen = [postmaster, *postmaster.children(recursive=True)]
        try:
            for process in frozen:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.suspend()
            time.sleep(seconds)
        finally:
            for process in reversed(frozen):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.resume()

    def kill_web_process(self, server: int) -> None:
        """Kill one of the processes that answer, and wait until there are two again."""
        workers = psutil.Process(server).children()
        # The oldest: one that ends again as soon as it was replaced is taken for a broken site.
        victim = min(workers, key=psutil.Process.create_time)
        victim.kill()
        wait_for(
            "a new web process",
            lambda: (
                len({w.pid for w in psutil.Process(server).children()} - {victim.pid})
                == len(workers)
            ),
        )

    def kill_command(self, command: str, number: signal.Signals) -> bool:
        """Begin a command, kill it once its run is noted; whether it was still at work."""
        name = command.split(maxsplit=1)[0]
        before = count("select count(*) from ops.runs where command = %s", name)
        process = self.start(*command.split())
        wait_for(
            f"the run of {name}",
            lambda: (
                process.poll() is not None
                or count("select count(*) from ops.runs where command = %s", name) > before
            ),
        )
        # Into the work itself, if only a little.
        time.sleep(0.3)
        is_at_work = process.poll() is None
        process.send_signal(number)
        process.wait(WITHIN_SECONDS)
        return is_at_work

    def accepts_writes(self) -> bool:
        """Tell whether the site takes a write; it is one that changes nothing."""
        event = {"event_id": "probe", "kind": "view", "product_id": "none", "shopper_id": "none"}
        try:
            status = httpx.post(f"{self.address}/v1/events", json=event, timeout=30).status_code
        except httpx.TransportError:
            return False
        return status == HTTPStatus.NOT_FOUND

    def is_ready(self) -> bool:
        """Tell whether the site answers from the database."""
        try:
            answer = httpx.get(f"{self.address}/health/ready", timeout=30)
        except httpx.TransportError:
            return False
        return answer.is_success and answer.json()["status"] == "ready"


def wait_for(what: str, condition: Callable[[], bool]) -> None:
    """Look again and again until something is so.

    Raises
    ------
    FaultError
        It was not within two minutes.
    """
    until = time.monotonic() + WITHIN_SECONDS
    while not condition():
        if time.monotonic() > until:
            message = f"There was no sign of {what} within {WITHIN_SECONDS:.0f} s."
            raise FaultError(message)
        time.sleep(0.1)


def count(statement: LiteralString, *parameters: object) -> int:
    """Return the one number that a statement gives."""
    with connect() as connection:
        row = connection.execute(statement, parameters).fetchone()
    return 0 if row is None else int(row[0])
