"""The site's processes: one that is killed is replaced, and none outlives the one that began."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from tests.fixtures.site import ROOT, is_ready
from tests.fixtures.waiting import wait_for

pytestmark = pytest.mark.usefixtures("primary")

PAGE = "/v1/products/pan-01"


@pytest.fixture
def port() -> int:
    """Return a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


@contextmanager
def site(variables: dict[str, str], port: int, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run `alsolike serve` with two worker processes, and wait until it answers."""
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "alsolike", "serve"],
            cwd=ROOT,
            env={
                **os.environ,
                **variables,
                "ALSOLIKE_PORT": str(port),
                "ALSOLIKE_WEB_WORKERS": "2",
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(lambda: is_ready(f"http://127.0.0.1:{port}", process, log))
            yield process
        finally:
            process.terminate()
            process.wait(60)


def workers_of(process: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    return psutil.Process(process.pid).children()


def answers(port: int) -> bool:
    try:
        # A connection of its own each time: the workers share them out.
        return httpx.get(f"http://127.0.0.1:{port}{PAGE}").status_code == 200
    except httpx.TransportError:
        return False


def test_a_killed_worker_is_replaced_and_the_site_goes_on(
    variables: dict[str, str], port: int, tmp_path: Path
) -> None:
    address = f"http://127.0.0.1:{port}"
    with site(variables, port, tmp_path / "log.txt") as process:
        wait_for(lambda: len(workers_of(process)) == 2)
        victim, other = workers_of(process)
        wait_for(lambda: f"gauge_livesum_{victim.pid}.db" in _files_of(victim))
        victim.kill()
        wait_for(
            lambda: {other.pid} < {worker.pid for worker in workers_of(process)} - {victim.pid}
        )
        assert process.poll() is None
        assert other.is_running()
        wait_for(lambda: all(answers(port) for _ in range(20)))
        # What the dead one last told of its pool is not added up for ever.
        (new,) = [w for w in workers_of(process) if w.pid not in {victim.pid, other.pid}]
        wait_for(lambda: f"gauge_livesum_{new.pid}.db" in _files_of(new))
        assert f"gauge_livesum_{victim.pid}.db" not in _folder_of(new)
        assert httpx.get(f"{address}/metrics").status_code == 200
    assert process.returncode == 0


def test_workers_end_with_the_process_that_started_them_and_it_can_start_again(
    variables: dict[str, str], port: int, tmp_path: Path
) -> None:
    with site(variables, port, tmp_path / "log.txt") as process:
        wait_for(lambda: len(workers_of(process)) == 2)
        workers = workers_of(process)
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        # At once: whoever supervises it does not wait either.
        with site(variables, port, tmp_path / "second.txt"):
            # Workers of the first still share the port until they have ended.
            wait_for(lambda: answers(port))
            _, alive = psutil.wait_procs(workers, timeout=60)
            assert alive == []


def _files_of(worker: psutil.Process) -> set[str]:
    return {Path(file.path).name for file in worker.open_files()}


def _folder_of(worker: psutil.Process) -> set[str]:
    (folder,) = {
        Path(file.path).parent
        for file in worker.open_files()
        if re.fullmatch(r"gauge_livesum_\d+\.db", Path(file.path).name)
    }
    return {path.name for path in folder.iterdir()}
