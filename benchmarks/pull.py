"""Pulling a catalogue of 100,000 products from a shop's own tables, mostly unchanged.

Run `python -m benchmarks.pull`. The shop and alsolike are two databases of one embedded server,
whose data is a temporary folder. Each figure is the median of five pulls. Views without
`updated_at` are compared by hash; so are products with it, and events with it are read by time.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import LiteralString

import psycopg

from alsolike.embedded.postgres import embedded_postgres
from alsolike.migrate import migrate
from alsolike.progress import ignore_progress
from alsolike.pull import pull
from alsolike.settings import export_connection, load_settings
from benchmarks.catalogue import machine

_MOST_SECONDS = 5.0
_ROUNDS = 5
_SHOP: LiteralString = """
    create table goods (
        id bigint primary key, name text, words text, category text, price numeric(12, 4),
        stock integer, more jsonb, modified_at timestamptz not null
    );
    insert into goods
    select
        n,
        'Product ' || n,
        repeat('A description such as shops write, of product ' || n || '. ', 12),
        'Department ' || n % 20 || ' > Shelf ' || n % 400,
        n % 10000 / 100.0,
        n % 7,
        jsonb_build_object('colour', n % 12, 'size', n % 5),
        now() - n * interval '1 minute'
    from generate_series(1, 100000) as n;
    create index on goods (modified_at);
    create table lines as
    select
        n as id, n % 20000 as customer, n::bigint * 7919 % 100000 + 1 as good, n / 3 as order_id,
        now() - n * interval '20 seconds' as at
    from generate_series(1, 1000000) as n;
    create index on lines (at);
    create schema alsolike_source;
    create view alsolike_source.products as
    select
        id as product_id, name as title, words as description, category, price,
        stock > 0 as in_stock, more as attributes
    from goods;
    analyze;
"""
_WITH_TIME: LiteralString = """
    create or replace view alsolike_source.products as
    select
        id as product_id, name as title, words as description, category, price,
        stock > 0 as in_stock, more as attributes, modified_at as updated_at
    from goods
"""
_PURCHASES: LiteralString = """
    create view alsolike_source.purchases as
    select
        id as purchase_id, customer as shopper_id, good as product_id, at as purchased_at, order_id,
        at as updated_at
    from lines
"""
_CHANGE: LiteralString = "update goods set price = price + 1, modified_at = now() where id <= 1000"


def main() -> int:
    """Measure; 0 if a pull of an unchanged catalogue is quick enough, else 1."""
    slowest = 0.0
    with (
        tempfile.TemporaryDirectory(prefix="alsolike-bench-") as folder,
        embedded_postgres(Path(folder) / "postgres") as variables,
    ):
        export_connection({**variables, "ALSOLIKE_PULL_SCHEMA": "alsolike_source"})
        with psycopg.connect("", autocommit=True) as connection:
            connection.execute("create database shop")
        export_connection({"ALSOLIKE_PULL_DSN": "dbname=shop", "ALSOLIKE_PULL_CONSENT": "none"})
        migrate()
        print(f"pull: {machine()}, 100,000 products")
        _run(_SHOP)
        print(f"pull: all products, the first time: {_seconds():.2f} s", flush=True)
        for name, view in (("without updated_at", None), ("with updated_at", _WITH_TIME)):
            if view is not None:
                _run(view)
                _seconds()
            unchanged = statistics.median(_seconds() for _ in range(_ROUNDS))
            slowest = max(slowest, unchanged)
            print(f"pull: products {name}, none changed: {unchanged:.2f} s", flush=True)
            changed = statistics.median(_changed() for _ in range(_ROUNDS))
            print(f"pull: products {name}, 1 % changed: {changed:.2f} s", flush=True)
        _run(_PURCHASES)
        print(f"pull: and 1,000,000 purchases, the first time: {_seconds():.2f} s")
        unchanged = statistics.median(_seconds() for _ in range(_ROUNDS))
        print(f"pull: both, none changed: {unchanged:.2f} s", flush=True)
        print(f"pull: both, none changed, all compared: {_seconds(is_full=True):.2f} s")
    print(f"pull: {slowest:.2f} s for an unchanged catalogue (wanted at most {_MOST_SECONDS:.0f})")
    return 0 if slowest <= _MOST_SECONDS else 1


def _changed() -> float:
    _run(_CHANGE)
    return _seconds()


def _seconds(*, is_full: bool = False) -> float:
    """Pull, and return how long it took."""
    settings = load_settings().pull
    started = time.perf_counter()
    summary = pull(settings, report=ignore_progress, is_full=is_full)
    seconds = time.perf_counter() - started
    if summary.total.rejected:
        raise AssertionError(summary.rejected_text())
    return seconds


def _run(script: LiteralString) -> None:
    with psycopg.connect("dbname=shop", autocommit=True) as connection:
        connection.execute(script)


if __name__ == "__main__":
    sys.exit(main())
