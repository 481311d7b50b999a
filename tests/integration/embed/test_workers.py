"""Workers that are killed, that run side by side, and that are asked to stop."""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest

from alsolike import transform as transform_module
from alsolike.progress import ignore_progress
from alsolike.settings import Settings
from embed import worker as worker_module
from embed.run import embed_all
from embed.worker import run_worker
from tests.fixtures.encoder import HashEncoder
from tests.shop.catalogue import add_products
from tests.shop.database import run
from tests.shop.marts import make_marts

pytestmark = pytest.mark.usefixtures("database")

ROOT = Path(__file__).parents[3]

# Embeds with an encoder that tells its every batch and then waits for a line.
_OBEDIENT_WORKER = """
import sys
from alsolike.progress import ignore_progress
from alsolike.settings import load_settings
from embed.run import embed_all
from tests.fixtures.encoder import HashEncoder

class Obedient(HashEncoder):
    def encode(self, texts):
        print(*texts, sep="|", flush=True)
        sys.stdin.readline()
        return super().encode(texts)

print(embed_all(load_settings(), report=ignore_progress, encoder=Obedient()).encoded, flush=True)
"""


def start_worker() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _OBEDIENT_WORKER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "ALSOLIKE_EMBED_BATCH_SIZE": "10", "PYTHONPATH": str(ROOT)},
    )


def tell(worker: subprocess.Popen[str]) -> None:
    assert worker.stdin is not None
    worker.stdin.write("\n")
    worker.stdin.flush()


def hear(worker: subprocess.Popen[str]) -> set[str]:
    assert worker.stdout is not None
    return set(worker.stdout.readline().strip().split("|"))


def test_after_kill_9_all_is_embedded_and_nothing_twice(settings: Settings) -> None:
    make_marts()
    add_products(*[f"title {number}" for number in range(40)])
    with start_worker() as worker:
        written: set[str] = set()
        for _ in range(3):
            written |= hear(worker)
            tell(worker)
        in_flight = hear(worker)
        worker.send_signal(signal.SIGKILL)
    before = dict(run("select product_id || part, embedded_at from recs.embeddings"))
    assert len(before) == len(written) == 30
    assert len(in_flight) == 10
    encoder = HashEncoder()
    summary = embed_all(settings, report=ignore_progress, encoder=encoder)
    assert (summary.encoded, summary.unchanged, summary.vectors) == (50, 30, 40)
    assert set(encoder.encodings.values()) == {1}
    assert written.isdisjoint(encoder.encodings)
    assert in_flight < set(encoder.encodings)
    after = dict(run("select product_id || part, embedded_at from recs.embeddings"))
    assert len(after) == 80
    assert before.items() <= after.items()


def test_workers_side_by_side_share_the_work() -> None:
    make_marts()
    add_products(*[f"title {number}" for number in range(40)])
    with start_worker() as one, ExitStack() as later:
        # It has a batch in its hands before the other looks for work.
        seen: list[str] = [*hear(one)]
        other = later.enter_context(start_worker())
        seen += hear(other)
        assert len(seen) == len(set(seen)) == 20
        # One goes on with a batch in the hands of the other, and waits for it at the end.
        for worker in (other, one):
            assert worker.stdin is not None
            worker.stdin.write("\n" * 20)
            worker.stdin.flush()
        lines = [worker.stdout.read().splitlines() for worker in (other, one) if worker.stdout]
    for line in [text for output in lines for text in output[:-1]]:
        seen.extend(line.split("|"))
    assert len(seen) == len(set(seen)) == 80
    assert sum(int(output[-1]) for output in lines) == 80
    assert run("select count(*) from recs.embeddings") == [(80,)]


def test_the_worker_embeds_what_it_finds_and_stops_when_asked(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_marts()
    add_products(*[f"title {number}" for number in range(30)])
    transformed: list[bool] = []

    def transform(*, with_tests: bool, report: object) -> SimpleNamespace:
        transformed.append(with_tests)
        return SimpleNamespace()

    original = worker_module.write_all_neighbours

    def last_step(**arguments: object) -> int:
        written = original(**arguments)  # type: ignore[arg-type]
        os.kill(os.getpid(), signal.SIGTERM)
        return written

    monkeypatch.setattr(transform_module, "transform", transform)
    monkeypatch.setattr(worker_module, "load_encoder", lambda _settings: HashEncoder())
    monkeypatch.setattr(worker_module, "write_all_neighbours", last_step)
    run_worker(settings)
    assert transformed == [False]
    assert run("select count(*) from recs.product_vectors") == [(30,)]
    assert run("select count(*) from recs.neighbours") == [(30 * 20,)]
    assert run("select distinct command, is_success from ops.runs") == [("worker", True)]
    assert run("select count(*) from ops.procrastinate_workers") == [(0,)]
