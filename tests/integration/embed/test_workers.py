"""Workers that are killed, that run side by side, and that are asked to stop."""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from itertools import combinations
from pathlib import Path

import pytest

from alsolike.progress import ignore_progress
from alsolike.settings import Settings
from embed.run import embed_all
from embed.tasks import REFRESH_TASK, queue_task
from tests.fixtures.encoder import HashEncoder
from tests.fixtures.tiny_encoder import WORDS, make_tiny_encoder
from tests.fixtures.waiting import WITHIN_SECONDS, wait_for
from tests.shop.catalogue import add_products
from tests.shop.database import add_rows, run
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


def test_the_worker_embeds_what_it_finds_and_stops_when_asked(s3: str, tmp_path: Path) -> None:
    assert s3
    titles = [" ".join(words) for words in combinations(WORDS[:9], 2)]
    add_rows(
        "raw.products",
        ({"product_id": f"p{n}", "title": title} for n, title in enumerate(titles)),
    )
    settings = {"ALSOLIKE_HOME": str(tmp_path / "home")}
    settings["ALSOLIKE_ENCODER"] = str(make_tiny_encoder(tmp_path))
    with subprocess.Popen(
        [sys.executable, "-m", "alsolike", "worker"],
        cwd=ROOT,
        env={**os.environ, **settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as worker:
        try:
            wait_for(lambda: run("select count(*) from recs.neighbours") != [(0,)], within=180)
        finally:
            worker.terminate()
            _, said = worker.communicate(timeout=WITHIN_SECONDS)
    assert worker.returncode == 0, said
    count = len(titles)
    assert run("select count(*) from recs.product_vectors") == [(count,)]
    assert run("select count(*) from recs.neighbours") == [(count * 20,)]
    assert run("select distinct command, is_success from ops.runs") == [("worker", True)]
    assert run("select count(*) from ops.procrastinate_workers") == [(0,)]


def test_a_running_worker_takes_in_a_switch_of_the_encoder(s3: str, tmp_path: Path) -> None:
    assert s3
    titles = [" ".join(words) for words in combinations(WORDS[:6], 2)]
    add_rows(
        "raw.products",
        ({"product_id": f"p{n}", "title": title} for n, title in enumerate(titles)),
    )
    home = {"ALSOLIKE_HOME": str(tmp_path / "home")}
    home["ALSOLIKE_ENCODER"] = str(make_tiny_encoder(tmp_path / "one"))
    other = make_tiny_encoder(tmp_path / "other", seed=1, dimension=24)
    vectors = (
        "select dimension, count(*) from recs.product_vectors join recs.models using (model_id) "
        "group by 1 order by 1"
    )
    with subprocess.Popen(
        [sys.executable, "-m", "alsolike", "worker"],
        cwd=ROOT,
        env={**os.environ, **home},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as worker:
        try:
            wait_for(lambda: run("select count(*) from recs.neighbours") != [(0,)], within=180)
            done = subprocess.run(
                [sys.executable, "-m", "alsolike", "switch-encoder", str(other), "--force"],
                cwd=ROOT,
                env={**os.environ, **home},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            # It exports the new model at once, and its next round embeds with both encoders.
            wait_for(
                lambda: run("select 1 from ops.snapshots where model_id = 2") != [], within=180
            )
            add_rows("raw.products", [{"product_id": "late", "title": "white tea pot"}])
            queue_task(2, REFRESH_TASK)
            count = len(titles) + 1
            wait_for(lambda: run(vectors) == [(16, count), (24, count)], within=180)
        finally:
            worker.terminate()
            _, said = worker.communicate(timeout=WITHIN_SECONDS)
    assert worker.returncode == 0, said
    assert "Other encoders are in use than before" in said
