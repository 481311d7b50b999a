"""The worker pulls before it transforms, and goes on when it cannot."""

import logging
import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest

from alsolike.pull import pull_if_due
from alsolike.settings import load_settings
from tests.fixtures.tiny_encoder import WORDS, make_tiny_encoder
from tests.fixtures.waiting import WITHIN_SECONDS, wait_for
from tests.shop.database import run
from tests.shop.pulled import Shop

ROOT = Path(__file__).parents[3]

RUNS = "select is_success from ops.runs where arguments ->> 'task' = 'pull' order by run_id"


@pytest.fixture
def shop(database: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("ALSOLIKE_PULL_SCHEMA", "alsolike_source")
    return Shop(database)


def test_a_worker_recommends_what_it_pulled(shop: Shop, s3: str, tmp_path: Path) -> None:
    assert s3
    for number, words in enumerate(combinations(WORDS[:6], 2)):
        shop.run(
            f"insert into goods values ({20 + number}, 'g', '{' '.join(words)}', null, null,"
            f" 'published', 1); insert into variants values ('v{number}', {20 + number}, 100, 1)"
        )
    settings = {
        "ALSOLIKE_HOME": str(tmp_path / "home"),
        "ALSOLIKE_ENCODER": str(make_tiny_encoder(tmp_path)),
        "PYTHONPATH": str(ROOT),
    }
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
    assert run("select count(*) from recs.product_vectors") == [(4 + 15,)]
    assert set(run(RUNS)) == {(True,)}


def test_a_pull_that_fails_is_told_and_tried_again(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    shop.run("alter view alsolike_source.products rename column title to name")
    with caplog.at_level(logging.WARNING):
        pull_if_due(load_settings().pull)
    assert "Nothing was pulled: alsolike_source.products lacks the column title" in caplog.text
    assert run(RUNS) == [(False,)]
    shop.run("alter view alsolike_source.products rename column name to title")
    pull_if_due(load_settings().pull)
    assert run(RUNS) == [(False,), (True,)]
    assert run("select count(*) from raw.products") == [(4,)]


def test_a_column_that_is_gone_from_a_view_is_told_once(
    shop: Shop, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALSOLIKE_PULL_SECONDS", "0")
    pull_if_due(load_settings().pull)
    shop.run(
        "drop view alsolike_source.reviews; create view alsolike_source.reviews as select"
        " id as review_id, sku as product_id, stars as rating, written_at as reviewed_at,"
        " customer_id as shopper_id from ratings"
    )
    with caplog.at_level(logging.WARNING):
        pull_if_due(load_settings().pull)
        pull_if_due(load_settings().pull)
    told = "alsolike_source.reviews: body is no longer there and taken as empty."
    assert [record.getMessage() for record in caplog.records] == [told]


def test_the_worker_pulls_no_sooner_than_it_is_told(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shop
    monkeypatch.setenv("ALSOLIKE_PULL_SECONDS", "3600")
    for _ in range(2):
        pull_if_due(load_settings().pull)
    assert run(RUNS) == [(True,)]
    run("update ops.pulls set pulled_at = pulled_at - interval '1 hour'")
    pull_if_due(load_settings().pull)
    assert run(RUNS) == [(True,), (True,)]
    monkeypatch.delenv("ALSOLIKE_PULL_SCHEMA")
    monkeypatch.delenv("ALSOLIKE_PULL_SECONDS")
    pull_if_due(load_settings().pull)
    assert run(RUNS) == [(True,), (True,)]
