"""The prefix of the schemas' names: where it goes in a statement, and where it does not."""

import re
from pathlib import Path

import pytest
from psycopg import sql

from alsolike.errors import SettingError
from alsolike.schemas import SCHEMAS, _in_schemas, in_schemas, schema_name
from alsolike.settings import schema_prefix

ROOT = Path(__file__).parents[2]
# A schema's name as another name in a statement: raw as (…), raw.products as raw.
_OTHER_USE = re.compile(
    rf"\b({'|'.join(SCHEMAS)}) as \(|\bas ({'|'.join(SCHEMAS)})\b", re.IGNORECASE
)


@pytest.fixture
def _prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALSOLIKE_SCHEMA_PREFIX", "my_")


@pytest.mark.usefixtures("_prefix")
@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("select * from raw.products as p", "select * from my_raw.products as p"),
        ('drop index "raw"."products_brand"', 'drop index "my_raw"."products_brand"'),
        (
            "recs.model_of(null::recs.product_filter)",
            "my_recs.model_of(null::my_recs.product_filter)",
        ),
        ("format('recs.product_vectors_%s', 1)", "format('my_recs.product_vectors_%s', 1)"),
        ("format('raw.%%I', x)", "format('my_raw.%%I', x)"),
        ("n.nspname in ('recs', 'ops')", "n.nspname in ('my_recs', 'my_ops')"),
        ("'ops'::regnamespace", "'my_ops'::regnamespace"),
        ("create schema if not exists marts;", "create schema if not exists my_marts;"),
        ("select * from analytics.stock", "select * from my_analytics.stock"),
        ("grant usage on schema raw to x", "grant usage on schema my_raw to x"),
        ("set local search_path = ops, public", "set local search_path = my_ops, public"),
        # No schema's name.
        ("select w.raw, p.recs.x from draw.products", "select w.raw, p.recs.x from draw.products"),
        ("select 'raw cotton' as title", "select 'raw cotton' as title"),
        ("select my_raw.products from x", "select my_raw.products from x"),
    ],
)
def test_the_prefix_stands_before_each_name(written: str, sent: str) -> None:
    assert in_schemas(written) == sent
    assert in_schemas(sent) == sent


@pytest.mark.usefixtures("_prefix")
def test_identifiers_get_it_and_values_do_not() -> None:
    statement = sql.SQL("insert into raw.{} select {} from {}").format(
        sql.Identifier("views"), sql.Literal("raw.products"), sql.Identifier("recs", "hides")
    )
    sent = _in_schemas(statement)
    assert isinstance(sent, sql.Composed)
    assert sent.as_string() == (
        """insert into my_raw."views" select 'raw.products' from "my_recs"."hides\""""
    )


def test_without_a_prefix_a_statement_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALSOLIKE_SCHEMA_PREFIX", raising=False)
    assert in_schemas("select from raw.products") == "select from raw.products"
    assert schema_name("raw") == "raw"


@pytest.mark.parametrize("prefix", ["My_", "1_", "a-b", "a.b", 'a"', "x" * 41])
def test_a_prefix_that_needs_quotes_is_refused(prefix: str) -> None:
    with pytest.raises(SettingError, match="ALSOLIKE_SCHEMA_PREFIX is"):
        schema_prefix({"ALSOLIKE_SCHEMA_PREFIX": prefix})


@pytest.mark.parametrize("prefix", ["pg_", "pg_shop_"])
def test_a_prefix_of_postgres_itself_is_refused(prefix: str) -> None:
    with pytest.raises(SettingError, match="Postgres keeps names that begin with pg_"):
        schema_prefix({"ALSOLIKE_SCHEMA_PREFIX": prefix})


@pytest.mark.parametrize("folder", ["alsolike", "api", "embed", "migrations"])
def test_no_statement_uses_a_schemas_name_for_something_else(folder: str) -> None:
    for path in (ROOT / folder).rglob("*.sql"):
        lines = path.read_text().splitlines()
        code = "\n".join(line for line in lines if not line.lstrip().startswith("--"))
        assert _OTHER_USE.search(code) is None, path
