"""A shopper goes through everything, is erased, and leaves no byte."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import httpx
import pyarrow.parquet as pq
import pytest

from alsolike.cli import run as run_command
from alsolike.database import connect
from tests.fixtures.site import ROOT, serving
from tests.fixtures.tiny_encoder import WORDS, make_tiny_encoder
from tests.fixtures.waiting import WITHIN_SECONDS, wait_for
from tests.shop.database import run, tables_saying

MARK = "CANARY"
SHOPPER = f"{MARK}-shopper-8d1f"
PRODUCTS = 48
OTHERS = 40


def moment(hours: float) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write the files of a shop in which the marked shopper has a row of every kind."""
    titles = [f"{one} {other}" for one in WORDS[:8] for other in WORDS[8:14]]
    people = [f"other-{number}" for number in range(OTHERS)]
    files: dict[str, list[dict[str, Any]]] = {
        "products": [
            {"product_id": f"p{number}", "title": title} for number, title in enumerate(titles)
        ],
        "shoppers": [{"shopper_id": person, "consent": True} for person in people],
        "purchases": [
            {
                "purchase_id": f"{person} {step}",
                "shopper_id": person,
                "product_id": f"p{(number * 5 + step * 3) % PRODUCTS}",
                "purchased_at": moment(24 * (20 - 2 * step) + number % 5),
                "order_id": f"{person} {step // 2}",
            }
            for number, person in enumerate(people)
            for step in range(8)
        ],
        "views": [],
        "reviews": [
            {
                "review_id": "of another",
                "shopper_id": "other-1",
                "product_id": "p2",
                "rating": 4,
                "reviewed_at": moment(9),
                "body": "a green lamp",
            }
        ],
    }
    files["shoppers"].append(
        {"shopper_id": SHOPPER, "display_name": f"{MARK}-name", "consent": True}
    )
    for number in range(6):
        files["purchases"].append(
            {
                "purchase_id": f"{MARK}-purchase-{number}",
                "shopper_id": SHOPPER,
                "product_id": f"p{number}",
                "purchased_at": moment(30 * number + 1),
                "order_id": f"{MARK}-order-{number // 2}",
            }
        )
        files["views"].append(
            {
                "view_id": f"{MARK}-view-{number}",
                "shopper_id": SHOPPER if number % 2 else None,
                "session_id": f"{MARK}-session",
                "product_id": f"p{number + 7}",
                "viewed_at": moment(30 * number + 2),
            }
        )
    for rating in (5, f"{MARK}-stars"):
        files["reviews"].append(
            {
                "review_id": f"{MARK}-review-{rating}",
                "shopper_id": SHOPPER,
                "product_id": "p2",
                "rating": rating,
                "reviewed_at": moment(5),
                "title": f"{MARK}-title",
                "body": f"{MARK}-body",
            }
        )
    there = tmp_path / "files"
    there.mkdir()
    for name, rows in files.items():
        (there / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return there


def traces_in_database() -> set[str]:
    """Return the tables with a row in which the mark stands, the planner's statistics too."""
    with connect() as connection:
        return tables_saying(connection, MARK)


def traces_in_files(home: Path) -> set[str]:
    return {
        str(path.relative_to(home))
        for path in home.rglob("*")
        if path.is_file() and MARK.encode() in path.read_bytes()
    }


def traces_in_s3(bucket: str) -> set[str]:
    client = boto3.Session().client("s3")
    found: set[str] = set()
    for entry in client.list_objects_v2(Bucket=bucket).get("Contents", []):
        key = entry.get("Key", "")
        content = client.get_object(Bucket=bucket, Key=key)["Body"].read()
        text = (
            str(pq.read_table(io.BytesIO(content)).to_pylist())  # pyright: ignore
            if key.endswith(".parquet")
            else content.decode()
        )
        if MARK in text:
            found.add(key)
    return found


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the commands a home of their own, and an encoder that is quick."""
    monkeypatch.setenv("ALSOLIKE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ALSOLIKE_ENCODER", str(make_tiny_encoder(tmp_path)))
    # The same key as the rest of the session's, whose home it is made from.
    monkeypatch.setenv("ALSOLIKE_SECRET", "a secret of this test, long enough")
    from alsolike.privacy.hashes import erasure_key  # noqa: PLC0415

    erasure_key.cache_clear()
    yield tmp_path / "home"
    erasure_key.cache_clear()


def shop_over_http(address: str) -> None:
    """Do all that a shopper can do, and some of it wrong: errors are logged."""
    of = {"shopper_id": SHOPPER, "product_id": "p20"}
    events: list[dict[str, Any]] = [
        {"kind": "view", **of},
        {"kind": "click", "place": "home", **of},
        {"kind": "basket", **of},
        {"kind": "purchase", "order_id": f"{MARK}-http-order", **of},
        {"kind": "review", "rating": 5, "title": f"{MARK}-http", "body": f"<b>{MARK}</b>", **of},
        {"kind": "hide", "shopper_id": SHOPPER, "product_id": "p21"},
        {"kind": "return", "purchase_id": f"{MARK}-http-purchase"},
    ]
    for event in events:
        event["event_id"] = f"{MARK}-http-{event['kind']}"
    bad = [
        {**events[0], "event_id": f"{MARK}-unknown", "product_id": f"{MARK}-product"},
        {**events[4], "event_id": f"{MARK}-two-stars", "rating": None},
        {**events[3], "quantity": 3},
    ]
    with httpx.Client(base_url=address, timeout=60) as site:
        consent = {"personalisation": True, "measurement": True}
        assert site.put(f"/v1/shoppers/{SHOPPER}", json=consent).status_code == 200
        answer = site.post("/v1/events", json={"events": events + bad})
        assert [one["status"] for one in answer.json()["results"]] == [201] * 7 + [404, 400, 409]
        for path in ("recommendations", "recently-viewed", "buy-again", MARK):
            site.get(f"/v1/shoppers/{SHOPPER}/{path}", params={"category": "-" + MARK})
            site.get(f"/v1/shoppers/{SHOPPER}/{path}")
        for path in ("/", "/products/p22", f"/products/{MARK}"):
            site.get(path)
        site.get("/search", params={"q": f"{MARK} lamp"})


def work_until_known(log: Path) -> None:
    """Run a worker in a process of its own until it has taken in what was done over HTTP."""
    with (
        log.open("w") as output,
        subprocess.Popen(
            [sys.executable, "-m", "alsolike", "worker"],
            cwd=ROOT,
            env=os.environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as worker,
    ):
        try:
            wait_for(lambda: run("select count(*) from ops.snapshots") != [(0,)], within=180)
        finally:
            worker.terminate()
            assert worker.wait(WITHIN_SECONDS) == 0, log.read_text()
    taken = run("select event_id from marts.shopper_events where event_id like '%%http%%'")
    assert f"{MARK}-http-view" in {event_id for (event_id,) in taken}


def alsolike(*arguments: str) -> None:
    assert run_command(list(arguments)) == 0, arguments


@pytest.mark.usefixtures("database")
def test_an_erased_shopper_leaves_no_byte(home: Path, folder: Path, s3: str) -> None:
    def build() -> None:
        alsolike("transform", "--no-tests")
        alsolike("embed")

    alsolike("load", str(folder), "--consent", "personalisation")
    home.mkdir(exist_ok=True)
    with serving({"ALSOLIKE_PAGES": "true"}, home / "site.log") as address:
        shop_over_http(address)
        work_until_known(home / "worker.log")
        httpx.get(f"{address}/v1/shoppers/{SHOPPER}/recommendations")
    alsolike("train")
    alsolike("promote", "trained-1", "--force")
    alsolike("export")
    alsolike("fetch")
    with (home / "dbt" / "logs" / "dbt.log").open("a") as log:
        log.write(f"Key (shopper_id)=({SHOPPER})")
    assert traces_in_database() >= {
        "raw.shoppers",
        "raw.consents",
        "raw.purchases",
        "raw.views",
        "raw.reviews",
        "raw.rejected_rows",
        "raw.clicks",
        "raw.basket_additions",
        "raw.returns",
        "recs.hides",
        "staging.int_events",
        "marts.shopper_events",
        "marts.shopper_interactions",
        "marts.product_documents",
        "pg_catalog.pg_stats",
    }
    assert traces_in_files(home) == {"dbt/logs/dbt.log"}

    # As Postgres does when it likes; of some tables the shopper has all rows.
    run("analyze")
    alsolike("erase", SHOPPER)
    assert traces_in_database() == set()
    assert traces_in_files(home) == set()

    # The gate may find that a handful of purchases proves nothing.
    run_command(["erase", "--finish"])
    run_command(["promote", "trained-2", "--force"])
    alsolike("erase", "--finish")
    assert run("select completed_at is not null, waits_for from ops.erasures") == [
        (True, ["transform", "embed", "train", "export"])
    ]

    alsolike("load", str(folder), "--consent", "personalisation")
    build()
    assert traces_in_database() == set()
    assert traces_in_files(home) == set()
    assert traces_in_s3(s3) == set()
    # Others lost nothing.
    assert run("select count(*) from raw.purchases") == [(OTHERS * 8,)]
    assert run(
        "select content like '%%green lamp%%' from marts.product_documents "
        "where product_id = 'p2' and part = 'details'"
    ) == [(True,)]
