"""Postgres is restarted, or stays away, under a worker process that is at work."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from alsolike.migrate import migrate
from embed.tasks import REFRESH_TASK, queue_task
from tests.fixtures.waiting import wait_for
from tests.integration.serving.servers import Server, StopMode, server_folder
from tests.shop.catalogue import add_products
from tests.shop.database import run
from tests.shop.marts import make_marts

ROOT = Path(__file__).parents[3]
TEXTS = 40
# Most that a test waits for its worker.
_LONGEST_SECONDS = 240.0

# A command whose encoder tells its every batch and then waits for a line; dbt has nothing to do.
_COMMAND = """
import sys
import alsolike.transform
from alsolike.cli import run
from embed import in_use, worker
from tests.fixtures.encoder import HashEncoder

class Obedient(HashEncoder):
    def encode(self, texts):
        print(*texts, sep="|", flush=True)
        sys.stdin.readline()
        return super().encode(texts)

alsolike.transform.transform = lambda **_: None
in_use.load_encoder = lambda _: Obedient()
worker.PATIENCE_SECONDS = float(sys.argv[2])
sys.exit(run([sys.argv[1]]))
"""


@pytest.fixture
def server(
    postgres_server: dict[str, str], s3: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Server]:
    """Run a server of the test's own with a small shop; its `PG*` variables are set."""
    assert postgres_server, "the embedded server makes the user that servers run as"
    assert s3
    with server_folder() as folder:
        server = Server(folder, "own")
        server.create()
        server.start()
        monkeypatch.setenv("PGHOST", str(server.socket))
        monkeypatch.setenv("PGUSER", "postgres")
        monkeypatch.setenv("PGDATABASE", "postgres")
        monkeypatch.setenv("ALSOLIKE_HOME", str(tmp_path))
        monkeypatch.setenv("ALSOLIKE_EMBED_BATCH_SIZE", "10")
        migrate()
        make_marts()
        add_products(*[f"title {number}" for number in range(TEXTS // 2)])
        yield server
        server.stop("immediate")


@contextmanager
def worker(patience_seconds: float, command: str = "worker") -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", _COMMAND, command, str(patience_seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    # So that a test that waits for a line which never comes fails.
    limit = threading.Timer(_LONGEST_SECONDS, process.kill)
    limit.start()
    try:
        yield process
    finally:
        limit.cancel()
        process.kill()
        process.communicate()


def tell(process: "subprocess.Popen[str]", lines: int = 1) -> None:
    assert process.stdin is not None
    process.stdin.write("\n" * lines)
    process.stdin.flush()


def hear(process: "subprocess.Popen[str]") -> list[str]:
    assert process.stdout is not None
    return process.stdout.readline().strip().split("|")


def embedded() -> list[tuple[int, int]]:
    return run("select count(*), count(distinct embedded_at) from recs.embeddings")


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_the_worker_waits_for_the_database_and_does_the_job_in_hand(
    server: Server, mode: StopMode
) -> None:
    with worker(60) as process:
        first = hear(process)
        tell(process)
        in_hand = hear(process)
        server.stop(mode)
        # It ends its work on the batch, and finds nobody to hand it to.
        tell(process)
        assert process.stderr is not None
        assert "The database is away (" in process.stderr.readline()
        server.start()
        assert "The database is back after" in process.stderr.readline()
        again = hear(process)
        assert again == in_hand
        assert set(again).isdisjoint(first)
        assert embedded()[0][0] == len(first) == 10
        tell(process, TEXTS)
        wait_for(
            lambda: (
                run("select count(*) from recs.neighbours") == [(TEXTS // 2 * 19,)]
                and run("select count(*) from ops.runs where finished_at is null") == [(0,)]
            )
        )
        # Each of four batches was written once.
        assert embedded() == [(TEXTS, 4)]
        assert run("select count(*) from ops.embedding_failures") == [(0,)]
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        said = process.stderr.read()
    assert "database" not in said
    assert "Traceback" not in said
    assert run("select count(*) from ops.procrastinate_jobs where status = 'doing'") == [(0,)]


def test_a_worker_with_nothing_in_hand_notices_too(server: Server) -> None:
    with worker(60) as process:
        tell(process, TEXTS)
        snapshots = "select is_success from ops.runs where arguments ->> 'task' = 'snapshot'"
        wait_for(lambda: run(snapshots) == [(True,)])
        server.stop()
        server.start()
        assert process.stderr is not None
        assert "The database is away (" in process.stderr.readline()
        assert "The database is back after" in process.stderr.readline()
        add_products("a new lamp", prefix="new")
        queue_task(1, REFRESH_TASK)
        wait_for(lambda: embedded()[0][0] == TEXTS + 2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_a_worker_that_was_taken_for_dead_begins_anew(server: Server) -> None:
    assert server
    with worker(60) as process:
        tell(process, 2 * TEXTS)
        snapshots = "select is_success from ops.runs where arguments ->> 'task' = 'snapshot'"
        wait_for(lambda: run(snapshots) == [(True,)])
        # As every worker does with those that gave no sign of life for half a minute.
        run("set search_path = ops, public; delete from ops.procrastinate_workers")
        add_products("a new lamp", prefix="new")
        queue_task(1, REFRESH_TASK)
        wait_for(lambda: embedded()[0][0] == TEXTS + 2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_a_database_that_stays_away_ends_the_worker_with_one_line(server: Server) -> None:
    with worker(1) as process:
        hear(process)
        server.stop("immediate")
        tell(process)
        said, code = process.communicate(timeout=120)[1], process.returncode
        assert code == 1
        first, last = said.splitlines()
        assert "The database is away (" in first
        assert last.startswith("alsolike: The database did not come back within 1 s.")


def test_a_worker_that_waits_for_the_database_stops_when_asked(server: Server) -> None:
    with worker(600) as process:
        hear(process)
        server.stop("immediate")
        tell(process)
        assert process.stderr is not None
        assert "The database is away (" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert process.stderr.read() == ""


def test_embed_ends_with_one_line_and_goes_on_where_it_was(server: Server) -> None:
    with worker(0, "embed") as process:
        hear(process)
        tell(process)
        hear(process)
        server.stop("immediate")
        tell(process, TEXTS)
        said, code = process.communicate(timeout=120)[1], process.returncode
    server.start()
    assert code == 1
    assert "Traceback" not in said
    assert [line for line in said.splitlines() if line.startswith("alsolike:")] == [
        said.splitlines()[-1]
    ]
    assert embedded() == [(10, 1)]
    with worker(0, "embed") as process:
        tell(process, TEXTS)
        assert "30 texts" in process.communicate(timeout=120)[0]
    assert embedded() == [(TEXTS, 4)]
    assert run("select is_success from ops.runs order by run_id") == [(False,), (True,)]
