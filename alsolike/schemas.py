"""The names of alsolike's schemas, and the prefix that a shop may put before them.

Statements, functions and migrations write `raw`, `staging`, `marts`, `analytics`, `recs` and `ops`.
Where a shop has schemas of these names already, it sets `ALSOLIKE_SCHEMA_PREFIX`. Then the cursors
of alsolike's connections put the prefix before the six names in each statement, and dbt's macros do
the same. Parameters, in which users' data travels, are never changed. Without a prefix psycopg's
own cursors are used.
"""

import re
from functools import lru_cache
from typing import Any, LiteralString, cast

import psycopg
from psycopg import sql
from psycopg.abc import Query

from alsolike.settings import schema_prefix

SCHEMAS = ("raw", "staging", "marts", "analytics", "recs", "ops")

_ANY = "|".join(SCHEMAS)
# The end of a match is where the prefix belongs.
_BEFORE_NAME = re.compile(
    # raw.products, "raw"."products", recs.product_vectors_%s; at the end, an identifier follows
    rf'(?<![\w.$"])"?(?=(?:{_ANY})"?\.(?:["\w%{{]|$))'
    # on schema raw, create schema if not exists raw, set local search_path = ops
    rf"|\bschema (?:if (?:not )?exists )?(?=(?:{_ANY})\b(?!\.))"
    rf"|\bsearch_path = (?=(?:{_ANY})\b)"
    # 'ops'::regnamespace
    rf"|'(?=(?:{_ANY})')"
)


def schema_name(schema: str) -> str:
    """Return the name in the database of one of `SCHEMAS`."""
    return schema_prefix() + schema


def in_schemas(text: str) -> str:
    """Put the prefix before the names of the schemas in a statement or a message of ours."""
    prefix = schema_prefix()
    return _prefixed(text, prefix) if prefix else text


@lru_cache(maxsize=1024)
def _prefixed(text: str, prefix: str) -> str:
    return _BEFORE_NAME.sub(lambda match: match[0] + prefix, text)


def _in_schemas(query: Query) -> Query:
    """Put the prefix into a statement."""
    if isinstance(query, str):
        return cast("LiteralString", in_schemas(query))
    if isinstance(query, bytes):
        return in_schemas(query.decode()).encode()
    return _composed(query) if isinstance(query, sql.SQL | sql.Composed) else query


def _composed(part: sql.Composable) -> sql.SQL | sql.Composed:
    """Put the prefix into what was written as SQL, and not into values."""
    if isinstance(part, sql.SQL | sql.Identifier):
        return sql.SQL(cast("LiteralString", in_schemas(part.as_string())))
    if isinstance(part, sql.Composed):
        return sql.Composed([_composed(inner) for inner in part])
    return sql.Composed([part])


class _Prefixing:
    """What the cursors below have in common: psycopg's methods with another statement."""

    def execute(self, query: Query, *args: Any, **options: Any) -> Any:  # noqa: ANN401
        return cast("Any", super()).execute(_in_schemas(query), *args, **options)

    def executemany(self, query: Query, *args: Any, **options: Any) -> Any:  # noqa: ANN401
        return cast("Any", super()).executemany(_in_schemas(query), *args, **options)

    def stream(self, query: Query, *args: Any, **options: Any) -> Any:  # noqa: ANN401
        return cast("Any", super()).stream(_in_schemas(query), *args, **options)

    def copy(self, statement: Query, *args: Any, **options: Any) -> Any:  # noqa: ANN401
        return cast("Any", super()).copy(_in_schemas(statement), *args, **options)


class _Cursor(_Prefixing, psycopg.Cursor[Any]):
    """A cursor whose statements get the prefix."""


class _ServerCursor(_Prefixing, psycopg.ServerCursor[Any]):
    """A cursor on the server whose statement gets the prefix."""


class _AsyncCursor(_Prefixing, psycopg.AsyncCursor[Any]):
    """An asynchronous cursor whose statements get the prefix."""


class _AsyncServerCursor(_Prefixing, psycopg.AsyncServerCursor[Any]):
    """An asynchronous cursor on the server whose statement gets the prefix."""


def use_schemas(connection: psycopg.Connection[Any]) -> None:
    """Let a connection's cursors put the prefix into their statements."""
    if schema_prefix():
        connection.cursor_factory = _Cursor
        connection.server_cursor_factory = _ServerCursor


def use_schemas_asynchronously(connection: psycopg.AsyncConnection[Any]) -> None:
    """Let a connection of the site put the prefix into its statements."""
    if schema_prefix():
        connection.cursor_factory = _AsyncCursor
        connection.server_cursor_factory = _AsyncServerCursor
