"""The shop's database: another one, read by a login with few rights, odd, slow or away."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from psycopg import sql

from alsolike.cli import run as run_command
from alsolike.database import connect
from alsolike.errors import SettingError
from alsolike.locks import hold_lock
from alsolike.pull import PullError
from tests.fixtures.waiting import wait_for
from tests.shop.database import (
    bring_back,
    cloned_database,
    maintenance,
    open_database,
    run,
    take_away,
)
from tests.shop.pulled import DOCUMENT_LOGIN, Shop, counts, pulled

ROOT = Path(__file__).parents[3]


@pytest.fixture
def shop(database: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """Make a shop in a database of its own, read by the documented login."""
    try:
        with cloned_database(database, "template0") as variables:
            shop = Shop(variables)
            shop.run(DOCUMENT_LOGIN)
            monkeypatch.setenv("ALSOLIKE_PULL_SCHEMA", "alsolike_source")
            monkeypatch.setenv(
                "ALSOLIKE_PULL_DSN",
                f"host={variables['PGHOST']} port={variables['PGPORT']} user=alsolike_reader"
                f" dbname={variables['PGDATABASE']}",
            )
            yield shop
    finally:
        with maintenance(database) as connection:
            connection.execute("drop role alsolike_reader")


def test_the_documented_login_reads_the_views_of_another_database(shop: Shop) -> None:
    assert counts(pulled())["products"] == (4, 0, 0, 0)
    assert counts(pulled())["products"] == (0, 4, 0, 0)
    shop.run("insert into variants values ('NEW', 11, 500, 1)")
    assert counts(pulled())["products"] == (1, 4, 0, 0)


def test_variables_of_our_own_database_do_not_lead_to_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A replica may be the source, and an address of ours is none of the shop's.
    monkeypatch.setenv("PGTARGETSESSIONATTRS", "read-write")
    shop.run(
        f"alter database {shop.variables['PGDATABASE']} set default_transaction_read_only = on"
    )
    assert counts(pulled())["products"] == (4, 0, 0, 0)


def test_the_shops_database_may_be_away(shop: Shop) -> None:
    pulled()
    take_away(shop.variables)
    try:
        with pytest.raises(PullError, match="Cannot reach the shop's database: "):
            pulled()
    finally:
        bring_back(shop.variables)
    assert counts(pulled())["products"] == (0, 4, 0, 0)


@pytest.mark.parametrize(
    "dsn",
    [
        "postgres//reader:geheim@nowhere/shop",
        "postgresql://reader:geheim@127.0.0.1:1/shop",
        "host=127.0.0.1 port=1 user=reader password=geheim dbname=shop",
        "host=127.0.0.1 port=1 password='geheim",
    ],
)
@pytest.mark.usefixtures("database")
def test_no_message_shows_the_password(
    dsn: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALSOLIKE_PULL_SCHEMA", "alsolike_source")
    monkeypatch.setenv("ALSOLIKE_PULL_DSN", dsn)
    assert run_command(["pull"]) == 1
    said = capsys.readouterr()
    assert "alsolike: " in said.err
    assert "geheim" not in said.err + said.out
    assert "geheim" not in str(run("select * from ops.runs"))


WRONG_TYPES = {
    "title": ("array['Cup']", "text\\[\\]: expected text"),
    "description": ("'{}'::jsonb -> 'a'", "jsonb: expected text .write ->> in place of ->.\\."),
    "category": ("point(1, 2)", "point: expected text"),
    "brand": ("'x'::bytea", "bytea: expected text"),
    "in_stock": ("'x'::bytea", "bytea: expected boolean"),
    "is_hidden": ("now()", "timestamp with time zone: expected boolean"),
    "price": ("true", "boolean: expected numeric"),
    "attributes": ("1", "integer: expected jsonb"),
    "created_at": ("1767225600", "integer: expected timestamptz"),
}


@pytest.mark.parametrize("column", WRONG_TYPES)
def test_a_column_of_a_type_that_it_cannot_have_is_refused(shop: Shop, column: str) -> None:
    pulled()
    value, told = WRONG_TYPES[column]
    title = "" if column == "title" else "g.name as title, "
    shop.run(
        "drop view alsolike_source.products; create view alsolike_source.products as select "
        f"v.sku as product_id, {title}{value} as {column} from variants as v"
        " inner join goods as g on v.good_id = g.id; "
        "grant select on alsolike_source.products to alsolike_reader"
    )
    before = run("select * from raw.products order by 1")
    with pytest.raises(PullError, match=f"cannot be read: {column} is {told}"):
        pulled()
    assert run("select * from raw.products order by 1") == before


def test_columns_may_have_any_type_whose_text_means_the_same(shop: Shop) -> None:
    shop.run(
        "create domain money_of_ours as numeric(9, 2); create type state as enum ('yes', 'no');"
        "drop view alsolike_source.products; create view alsolike_source.products as select "
        "'6f0a3c54-0000-4000-8000-00000000000a'::uuid as product_id, 4711 as title, "
        "'yes'::state as in_stock, 0 as is_hidden, "
        "1.50::money_of_ours as price, 'EUR'::char(3) as currency, '{\"a\": 1}' as attributes, "
        "current_date as created_at, null as brand, true as category;"
        "grant select on alsolike_source.products to alsolike_reader"
    )
    assert counts(pulled())["products"] == (1, 0, 0, 0)
    assert run("select title, is_in_stock, price, attributes from raw.products") == [
        ("4711", True, Decimal("1.50"), {"a": 1})
    ]


def test_a_schema_without_views_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shop
    monkeypatch.setenv("ALSOLIKE_PULL_SCHEMA", "nowhere")
    with pytest.raises(PullError, match=r"expected any of products, .* in the schema nowhere"):
        pulled()
    monkeypatch.delenv("ALSOLIKE_PULL_SCHEMA")
    with pytest.raises(SettingError, match="ALSOLIKE_PULL_SCHEMA is not set"):
        pulled()


def test_a_view_that_may_not_be_read_names_the_grant(shop: Shop) -> None:
    shop.run("revoke select on alsolike_source.purchases from alsolike_reader")
    with pytest.raises(PullError, match=r"`grant select on alsolike_source.purchases to"):
        pulled()
    assert run("select count(*) from raw.products") == [(0,)]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("1 as product_id", r"products lacks the column title; .* Found product_id\."),
        ("1 as product_id, 'a' as title, 'b' as \"Title\"", "has the column title twice"),
        ("1 as product_id, 'a' as title, 5 as updated_at", r"of the type integer: expected timest"),
    ],
)
def test_a_view_that_cannot_be_used_is_refused_before_anything_is_stored(
    shop: Shop, columns: str, message: str
) -> None:
    shop.run(
        "drop view alsolike_source.products;"
        f"create view alsolike_source.products as select {columns};"
        "grant select on alsolike_source.products to alsolike_reader"
    )
    with pytest.raises(PullError, match=message):
        pulled()
    assert run("select count(*) from raw.shoppers") == [(0,)]


def test_columns_of_any_type_and_name_are_read(shop: Shop) -> None:
    shop.run(
        "drop view alsolike_source.products; create domain money_of_shop as numeric(12, 4);"
        "create view alsolike_source.products as select 'A'::char(5) as \" Product_ID \","
        " 'x'::varchar as title, 12.5::money_of_shop as price, 9.5::float8 as sale_price,"
        " true as in_stock, 1 as margin, 'EUR'::char(3) as currency, null::text as url"
        " union all select null, 'y', null, null, null, 2, null, null"
        " union all select 'B', 'z', 'NaN', 'NaN', false, 2, null, '';"
        "grant select on alsolike_source.products to alsolike_reader;"
        "drop view alsolike_source.purchases, alsolike_source.reviews"
    )
    summary = pulled()
    assert counts(summary)["products"] == (2, 0, 1, 0)
    assert "alsolike_source.products: ignored columns: 'margin'." in summary.notes
    assert run(
        "select product_id, price::text, sale_price::text, is_in_stock, url from raw.products"
        " order by 1"
    ) == [("A", "12.50", "9.50", True, None), ("B", None, None, False, None)]
    assert counts(pulled())["products"] == (0, 2, 1, 0)


def test_blanks_around_an_id_are_taken_away(shop: Shop) -> None:
    shop.run("insert into variants values (E' PAD\\t', 11, 500, 1)")
    assert counts(pulled())["products"] == (5, 0, 0, 0)
    assert counts(pulled())["products"] == (0, 5, 0, 0)
    assert run("select count(*) from raw.products where product_id = 'PAD'") == [(1,)]
    shop.run("delete from variants where sku like '%PAD%'")
    pulled()
    assert run("select is_in_stock from raw.products where product_id = 'PAD'") == [(False,)]


def test_a_row_twice_is_rejected_in_every_pull(shop: Shop) -> None:
    shop.run("insert into categories values (2000, null, 'Twin')")
    shop.run(
        "drop view alsolike_source.products; create view alsolike_source.products as"
        " select v.sku as product_id, c.name as title from variants as v cross join categories as c"
        " where v.sku = 'CUP' and c.id <> 2 or v.sku <> 'CUP' and c.id = 1;"
        "grant select on alsolike_source.products to alsolike_reader;"
        "drop view alsolike_source.purchases, alsolike_source.reviews"
    )
    assert counts(pulled())["products"] == (4, 0, 1, 0)
    assert counts(pulled())["products"] == (0, 4, 1, 0)


def test_a_statement_has_its_time(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.run(
        "create or replace view alsolike_source.reviews as select id as review_id,"
        " customer_id as shopper_id, sku as product_id, stars as rating, written_at as reviewed_at,"
        " words || pg_sleep(30)::text as body, modified_at as updated_at from ratings"
    )
    monkeypatch.setenv("ALSOLIKE_PULL_TIMEOUT_SECONDS", "1")
    with pytest.raises(PullError, match=r"A statement may take 1 s \(ALSOLIKE_PULL_TIMEOUT"):
        pulled()
    assert run("select count(*) from raw.products") == [(0,)]


def test_nothing_is_written_to_the_shops_database(shop: Shop) -> None:
    shop.run(
        "create table spied (at timestamptz);"
        "create function spy() returns text language sql volatile security definer"
        " begin atomic insert into public.spied values (now()) returning 'x'; end;"
        "create or replace view alsolike_source.reviews as select id as review_id,"
        " customer_id as shopper_id, sku as product_id, stars as rating, written_at as reviewed_at,"
        " spy() as body, modified_at as updated_at from ratings"
    )
    with pytest.raises(PullError, match="cannot execute INSERT in a read-only transaction"):
        pulled()


@pytest.mark.parametrize(
    ("encoding", "title", "message"),
    [
        ("LATIN1", "Café", None),
        # Nobody says what the byte means.
        ("SQL_ASCII", None, r"The shop's database said: invalid byte sequence .*UTF8"),
    ],
)
def test_text_is_read_from_a_database_of_another_encoding(
    database: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    encoding: str,
    title: str | None,
    message: str | None,
) -> None:
    name = f"shop_{secrets.token_hex(4)}"
    variables = {**database, "PGDATABASE": name}
    monkeypatch.setenv("ALSOLIKE_PULL_SCHEMA", "public")
    monkeypatch.setenv("ALSOLIKE_PULL_DSN", f"dbname={name}")
    with maintenance(database) as connection:
        connection.execute(
            sql.SQL("create database {} template template0 encoding {} locale 'C'").format(
                sql.Identifier(name), sql.Literal(encoding)
            )
        )
        try:
            with open_database(variables) as shop:
                shop.execute(
                    "create table products as select 1 as product_id,"
                    " 'Caf' || convert_from('\\xe9', getdatabaseencoding()) as title"
                )
            if message is None:
                pulled()
                assert run("select title from raw.products") == [(title,)]
            else:
                with pytest.raises(PullError, match=message):
                    pulled()
                assert run("select count(*) from raw.products") == [(0,)]
        finally:
            connection.execute(
                sql.SQL("drop database {} with (force)").format(sql.Identifier(name))
            )


@pytest.mark.usefixtures("shop")
def test_one_pull_at_a_time() -> None:
    with (
        hold_lock("alsolike pull", is_patient=False),
        pytest.raises(PullError, match="Another pull is running"),
    ):
        pulled()


@pytest.mark.usefixtures("shop")
def test_after_kill_9_the_next_pull_goes_on() -> None:
    waits = (
        "select count(*) from pg_locks where not granted and relation = 'raw.purchases'::regclass"
    )
    with connect() as connection:
        # It may be read, not written.
        connection.execute("lock table raw.purchases in share mode")
        with subprocess.Popen(
            [sys.executable, "-m", "alsolike", "pull"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
        ) as process:
            wait_for(lambda: run(waits) == [(1,)])
            process.send_signal(signal.SIGKILL)
        assert run("select view from ops.pulls order by view") == [("products",), ("shoppers",)]
    assert counts(pulled()) == {
        "products": (0, 4, 0, 0),
        "shoppers": (0, 2, 0, 0),
        "purchases": (3, 0, 0, 0),
        "reviews": (1, 0, 0, 0),
    }
