"""Who reads for long holds nobody up: not the site's readers, not the work on the tables."""

import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest

from alsolike.database import ANALYST_ROLE, APP_ROLE, connect
from alsolike.locks import hold_lock
from alsolike.progress import ignore_progress
from alsolike.transform import NodesFailedError, transform
from tests.fixtures.waiting import wait_for
from tests.shop.database import run
from tests.shop.models import add_vectors
from tests.shop.vectors import clusters

pytestmark = pytest.mark.usefixtures("database")

# Seconds after which something that should happen is taken to never happen.
PATIENCE = 60
# What a try of 0.2 s may make the site's reader wait, on a busy machine; half of the site's limit.
LONGEST_WAIT = "1s"


@contextmanager
def reading(table: str) -> Generator[int]:
    """Read a table as an analyst, and leave the transaction open; the session's number."""
    with connect(role=ANALYST_ROLE) as connection:
        connection.execute(f"select * from {table} limit 1".encode())
        yield connection.info.backend_pid


def read_until(table: str, is_over: Callable[[], bool]) -> None:
    """Read a table as the site does, again and again: it fails where a lock makes it wait.

    Postgres itself measures that wait, so that how busy the machine is does not count.
    """
    with connect(role=APP_ROLE, autocommit=True) as connection:
        connection.execute(f"set lock_timeout = '{LONGEST_WAIT}'".encode())

        def read_and_look() -> bool:
            connection.execute(f"select * from {table} limit 1".encode())
            return is_over()

        wait_for(read_and_look)


def is_giving_way(application: str) -> bool:
    """Tell whether a session has waited for a lock in vain and sleeps before its next try."""
    rows = run(
        "select count(*) from pg_stat_activity where datname = current_database() "
        "and wait_event = 'PgSleep' and application_name like %s",
        (application,),
    )
    return rows != [(0,)]


class Tries:
    """Counts how often a session gave way."""

    def __init__(self, application: str, wanted: int) -> None:
        self._application = application
        self._left = wanted
        self._was_asleep = False

    def are_over(self) -> bool:
        """Look once; whether it gave way as often as wanted."""
        is_asleep = is_giving_way(self._application)
        self._left -= is_asleep and not self._was_asleep
        self._was_asleep = is_asleep
        return self._left <= 0


def in_background(work: Callable[[], object]) -> Future[object]:
    return ThreadPoolExecutor(1).submit(work)


def test_a_transform_waits_for_an_analyst_and_the_site_does_not() -> None:
    transform(select="+product_popularity", with_tests=False, report=ignore_progress)
    table = "marts.product_popularity"
    with reading(table):
        before = run("select 'marts.product_popularity'::regclass::oid")
        exchange = in_background(
            lambda: transform(select="product_popularity", with_tests=False, report=ignore_progress)
        )
        read_until(table, Tries("dbt%", 3).are_over)
        assert not exchange.done()
    exchange.result(PATIENCE)
    assert run("select 'marts.product_popularity'::regclass::oid") != before


def test_a_view_is_never_gone_while_those_beneath_it_are_replaced() -> None:
    transform(select="+int_product_characteristics", with_tests=False, report=ignore_progress)
    view = "staging.int_product_characteristics"
    before = run("select %s::regclass::oid", (view,))
    # What others made upon it stays too.
    run("create view staging.of_a_shop as select * from staging.int_product_characteristics")
    again = in_background(
        lambda: transform(
            select="+int_product_characteristics", with_tests=False, report=ignore_progress
        )
    )
    with connect(autocommit=True) as connection:

        def read_and_look() -> bool:
            connection.execute(f"select * from {view} limit 1".encode())
            return again.done()

        wait_for(read_and_look)
    again.result(PATIENCE)
    assert run("select %s::regclass::oid", (view,)) == before
    assert run("select count(*) from staging.of_a_shop") == [(0,)]


def test_a_view_whose_columns_are_others_is_made_anew() -> None:
    run("create schema if not exists staging")
    run("create or replace view staging.int_attribute_items as select 1 as of_before")
    transform(select="+int_product_characteristics", with_tests=False, report=ignore_progress)
    assert run("select count(*) from staging.int_product_characteristics") == [(0,)]
    assert run(
        "select count(*) from information_schema.columns where table_schema = 'staging' "
        "and table_name = 'int_attribute_items' and column_name = 'of_before'"
    ) == [(0,)]


def test_a_transform_that_gives_up_says_whose_transaction_it_is() -> None:
    transform(select="+product_popularity", with_tests=False, report=ignore_progress)
    with reading("marts.product_popularity") as pid, pytest.raises(NodesFailedError) as caught:
        transform(select="product_popularity", with_tests=False, patience=0, report=ignore_progress)
    (failure,) = caught.value.failures
    assert f"marts.product_popularity is in use by session {pid} (" in failure
    assert "end it, or its transaction, and transform again" in failure
    # What was there is there.
    assert run("select count(*) from marts.product_popularity") == [(0,)]
    transform(select="product_popularity", with_tests=False, report=ignore_progress)


def test_a_model_is_added_beside_whoever_reads_vectors() -> None:
    add_vectors(clusters(10))
    with reading("recs.product_vectors"), connect() as connection:
        connection.execute("set statement_timeout = '5s'")
        connection.execute("select recs.add_model('new', 'trained', 1, 16, '{}')")
        # Nor does what is not committed yet stop a reader.
        assert run("select count(*) from recs.product_vectors") == [(10,)]


def test_a_model_is_dropped_without_holding_the_site_up() -> None:
    add_vectors(clusters(10))
    other = add_vectors(clusters(10), "other")
    with reading("recs.product_vectors"):
        drop = in_background(lambda: run("select recs.drop_model(%s)", (other,)))
        read_until("recs.product_vectors", Tries("alsolike", 3).are_over)
        assert not drop.done()
    drop.result(PATIENCE)
    assert run("select count(*) from recs.product_vectors where model_id = %s", (other,)) == [(0,)]


def test_advisory_locks_of_others_hold_no_work_up() -> None:
    with connect() as stranger:
        # Whatever this work was known by, before its locks were rows.
        stranger.execute("select pg_advisory_lock(7305808919)")
        for name in ("finish", "refresh", "models", "transform"):
            stranger.execute(
                "select pg_advisory_lock(hashtextextended(%s, 0))", (f"alsolike {name}",)
            )
        transform(select="stg_products", with_tests=False, report=ignore_progress)
        for name in ("alsolike finish", "alsolike refresh"):
            with hold_lock(name, is_patient=False) as is_ours:
                assert is_ours


def test_work_is_held_by_one_process_and_goes_with_it() -> None:
    with hold_lock("work", is_patient=True), hold_lock("work", is_patient=False) as is_ours:
        assert not is_ours
    arrived = threading.Event()
    left = threading.Event()

    def be_second() -> None:
        with hold_lock("work", is_patient=True):
            arrived.set()
            assert left.wait(PATIENCE)

    with hold_lock("work", is_patient=True):
        second = in_background(be_second)
        # Its wait is seen in the database.
        wait_for(lambda: run("select count(*) from pg_locks where not granted") != [(0,)])
        assert not arrived.is_set()
    assert arrived.wait(PATIENCE)
    # Killed, it leaves nothing behind.
    run("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'work'")
    left.set()
    with pytest.raises(psycopg.OperationalError):
        second.result(PATIENCE)
    with hold_lock("work", is_patient=True) as is_ours:
        assert is_ours
