"""A batch whose process is killed in its middle, sent again: nothing half, nothing twice."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.fixtures.site import is_ready, served
from tests.fixtures.waiting import wait_for
from tests.integration.serving.servers import Server

PRODUCTS = [{"product_id": f"new-{n:02}", "title": f"New {n}", "price": n + 1} for n in range(40)]
EVENTS: list[dict[str, Any]] = [
    {
        "event_id": f"e-{n}",
        "kind": ("view", "purchase", "review")[n % 3],
        "product_id": f"pan-{n:02}",
        "shopper_id": "agreed",
        **({"rating": 4, "body": "Holds."} if n % 3 == 2 else {}),
    }
    for n in range(12)
]
_RECORDED = (
    "select view_id from raw.views where view_id like 'e-%' union all "
    "select purchase_id from raw.purchases where purchase_id like 'e-%' union all "
    "select review_id from raw.reviews where review_id like 'e-%' order by 1"
)


@contextmanager
def killed_at(
    primary: Server, variables: dict[str, str], log: Path, blocker: str
) -> Iterator[tuple[str, Callable[[Callable[[], object]], None]]]:
    """Run the site; its address, and what kills its worker while a request waits for `blocker`.

    `blocker` is a statement whose open transaction the request comes to wait for.
    """
    with served(variables, log) as (address, process), primary.connect("shop") as other:

        def kill_during(send: Callable[[], object]) -> None:
            workers = psutil.Process(process.pid).children()
            with ThreadPoolExecutor(1) as thread:
                with other.transaction(force_rollback=True):
                    other.execute(blocker.encode())
                    answer = thread.submit(send)
                    wait_for(lambda: waiting(primary) == 1)
                    for worker in workers:
                        worker.kill()
                    psutil.wait_procs(workers, timeout=60)
                    with pytest.raises(httpx.TransportError):
                        answer.result()
                # Its session in the database goes on with the statement, then finds it is alone.
                wait_for(lambda: waiting(primary) == 0 and unfinished(primary) == 0)
            wait_for(lambda: is_ready(address, process, log))

        yield address, kill_during


def waiting(primary: Server) -> int:
    return rows(
        primary,
        "select count(*) from pg_stat_activity where cardinality(pg_blocking_pids(pid)) > 0",
    )[0][0]


def unfinished(primary: Server) -> int:
    return rows(
        primary,
        "select count(*) from pg_stat_activity where datname = 'shop' and backend_xid is not null",
    )[0][0]


def rows(primary: Server, statement: str) -> list[tuple[Any, ...]]:
    with primary.connect("shop") as connection:
        return connection.execute(statement.encode()).fetchall()


def test_products_are_put_whole_and_once(
    primary: Server, variables: dict[str, str], tmp_path: Path
) -> None:
    def put(address: str) -> list[str]:
        answer = httpx.put(f"{address}/v1/products", json={"products": PRODUCTS}, timeout=60)
        return [result["outcome"] for result in answer.json()["results"]]

    stored = "select product_id, title, price from raw.products where product_id like 'new-%'"
    blocker = "insert into raw.products (product_id, title) values ('new-20', 'Of another')"
    with killed_at(primary, variables, tmp_path / "log", blocker) as (address, kill_during):
        kill_during(lambda: put(address))
        assert len(rows(primary, stored)) in {0, len(PRODUCTS)}
        assert set(put(address)) in ({"created"}, {"unchanged"})
        assert put(address) == ["unchanged"] * len(PRODUCTS)
    assert sorted(rows(primary, stored)) == [
        (one["product_id"], one["title"], one["price"]) for one in PRODUCTS
    ]


def test_events_are_recorded_once(
    primary: Server, variables: dict[str, str], tmp_path: Path
) -> None:
    def send(address: str) -> list[int]:
        answer = httpx.post(f"{address}/v1/events", json={"events": EVENTS}, timeout=60)
        return [result["status"] for result in answer.json()["results"]]

    blocker = (
        "insert into raw.purchases (purchase_id, shopper_id, product_id, purchased_at) "
        "values ('e-7', 'agreed', 'pan-07', now())"
    )
    with killed_at(primary, variables, tmp_path / "log", blocker) as (address, kill_during):
        kill_during(lambda: send(address))
        done = [row[0] for row in rows(primary, _RECORDED)]
        assert [f"e-{n}" for n in range(7)] == [one for one in done if one != "e-7"]
        again = [200 if one["event_id"] in done else 201 for one in EVENTS]
        assert send(address) == again
        assert send(address) == [200] * len(EVENTS)
    assert [row[0] for row in rows(primary, _RECORDED)] == sorted(one["event_id"] for one in EVENTS)
