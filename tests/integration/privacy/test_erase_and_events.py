"""An erasure and the events of its shopper at the same moment."""

from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from alsolike.database import connect, query
from alsolike.privacy.erase import erase
from alsolike.privacy.hashes import key_id, shopper_hash
from tests.fixtures.waiting import wait_for
from tests.shop.database import add_rows, run

pytestmark = pytest.mark.usefixtures("shopper")

PERSON = "anna-1"
STATEMENTS = {
    "raw.views": "api/events/record_view",
    "raw.clicks": "api/events/record_click",
    "raw.basket_additions": "api/events/record_basket_addition",
    "raw.purchases": "api/events/record_purchase",
    "raw.reviews": "api/events/record_review",
    "recs.hides": "api/events/record_hide",
    "recs.preferences": "api/events/state_preference",
    "raw.consents": "api/visitors/record_consent",
}
PARAMETERS: dict[str, object] = {
    "event_id": "e1",
    "product_id": "mug",
    "shopper_id": PERSON,
    "session_id": None,
    "occurred_at": "2026-01-02T12:00:00Z",
    "is_time_told": True,
    "place": None,
    "model": None,
    "quantity": None,
    "unit_price": None,
    "order_id": None,
    "rating": 5,
    "title": None,
    "body": None,
    "may_make": True,
    "readmits": False,
    "personalisation": False,
    "measurement": False,
    "has_signal": False,
    "source": "site",
    "display_name": None,
    "direction": 1,
    "most": 100,
}


@pytest.fixture
def pool() -> Generator[ThreadPoolExecutor]:
    """Give a thread for what has to wait."""
    with ThreadPoolExecutor(1) as threads:
        yield threads


@pytest.fixture
def shopper(database: dict[str, str]) -> None:
    """Add a shopper who consents, and a product."""
    add_rows("raw.products", [{"product_id": "mug", "title": "Mug"}])
    add_rows("raw.shoppers", [{"shopper_id": PERSON}])
    consent = {"shopper_id": PERSON, "is_granted": True, "source": "test"}
    purposes = ("personalisation", "measurement")
    add_rows("raw.consents", [{**consent, "purpose": purpose} for purpose in purposes])


def record(connection: psycopg.Connection[Any], table: str) -> None:
    parameters = {**PARAMETERS, "shopper_hash": shopper_hash(PERSON), "key_id": key_id()}
    connection.execute(query(STATEMENTS[table]), parameters)


def is_waiting(waiting: Future[Any], connection: psycopg.Connection[Any]) -> bool:
    assert not waiting.done()
    rows = run(f"select cardinality(pg_blocking_pids({connection.info.backend_pid})) > 0")
    return bool(rows[0][0])


def rows_of_the_shopper(table: str) -> int:
    return run(f"select count(*) from {table} where shopper_id = '{PERSON}'")[0][0]


@pytest.mark.parametrize("table", STATEMENTS)
def test_an_event_waits_for_the_erasure_and_is_not_kept(
    table: str, pool: ThreadPoolExecutor
) -> None:
    with connect() as erasing, connect() as telling:
        erase(erasing, PERSON, source="command")
        waiting = pool.submit(record, telling, table)
        wait_for(lambda: is_waiting(waiting, telling))
        erasing.commit()
        waiting.result()
    assert rows_of_the_shopper(table) == 0


@pytest.mark.parametrize("table", STATEMENTS)
def test_an_erasure_waits_for_the_event_and_deletes_it(
    table: str, pool: ThreadPoolExecutor
) -> None:
    with connect() as erasing, connect() as telling:
        record(telling, table)
        waiting = pool.submit(erase, erasing, PERSON, source="command")
        wait_for(lambda: is_waiting(waiting, erasing))
        telling.commit()
        waiting.result()
    assert rows_of_the_shopper(table) == 0


def test_an_erasure_holds_up_nobody_else(pool: ThreadPoolExecutor) -> None:
    with connect() as erasing, connect() as telling:
        erase(erasing, "another", source="command")
        pool.submit(record, telling, "raw.purchases").result(timeout=20)
        telling.commit()
    assert rows_of_the_shopper("raw.purchases") == 1
