"""The shop's database: one read-only transaction, and the views in it that are pulled."""

import hashlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, LiteralString, NoReturn, cast

import psycopg
from psycopg import IsolationLevel, errors, sql
from psycopg.abc import Buffer
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import args_row

from alsolike.database import query
from alsolike.errors import AlsolikeError, SettingError
from alsolike.loading.formats import column_name
from alsolike.loading.tables import TABLES, Table
from alsolike.pull.column_types import ColumnType, type_fault
from alsolike.settings import PullSettings

# The column that says when a row was last changed; no column of the input.
_UPDATED_AT = "updated_at"
_TIMES = ("timestamp with time zone", "timestamp without time zone")
# Their text has zeros at the end, as many as the type has decimals.
_NUMBERS = ("numeric", "real", "double precision", "money")


class PullError(AlsolikeError):
    """The shop's tables could not be pulled."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a view of the shop, in the order of the statement `mapping_columns`."""

    view: str
    name: str
    type: str
    type_name: str
    category: str
    is_readable: bool
    identity: str

    def as_text(self) -> sql.Composed:
        """Return the column of the view `v` as the text that the loader reads."""
        text: LiteralString = "{}::text"
        if self.type_name in _NUMBERS:
            text = "trim_scale({}::numeric)::text"
        return sql.SQL(text).format(sql.Identifier("v", self.name))


@dataclass(frozen=True, slots=True)
class MappingView:
    """A view that maps tables of the shop to one kind of input.

    Attributes
    ----------
    columns : dict of str to _Column
        The columns that are read, by the names of the input.
    ignored : list of str
        Its other columns, but for `updated_at`.
    updated_at : _Column or None
        When a row was last changed.
    fingerprint : str
        Of its database, definition and columns.
    """

    schema: str
    table: Table
    columns: dict[str, _Column]
    ignored: list[str]
    updated_at: _Column | None
    fingerprint: str

    @property
    def name(self) -> str:
        """Its name in messages."""
        return f"{self.schema}.{self.table.name}"

    def all_rows(self) -> sql.Composed:
        """Return the view as `v`, for a statement's `from`."""
        return sql.SQL("{} as v").format(sql.Identifier(self.schema, self.table.name))

    def source_id(self) -> sql.Composed:
        """Return the id of a row as the source has it, blanks around it and all."""
        return self.columns[self.table.row_id].as_text()

    def with_ids(self, ids: Sequence[str]) -> sql.Composed:
        """Return the condition of rows with these ids, of the column's type for its index."""
        column = self.columns[self.table.row_id]
        return sql.SQL("{} = any({}::{}[])").format(
            sql.Identifier("v", column.name), sql.Literal(list(ids)), _type(column)
        )

    def without_id(self) -> sql.Composed:
        """Return the condition of rows without an id."""
        return sql.SQL("{} is null").format(
            sql.Identifier("v", self.columns[self.table.row_id].name)
        )

    def changed_since(self, time: datetime) -> sql.Composed:
        """Return the condition of rows that were changed at this time or later, or without one."""
        column = self.updated_at
        assert column is not None  # noqa: S101  (only such views are read by time)
        return sql.SQL("({0} >= {1}::{2} or {0} is null)").format(
            sql.Identifier("v", column.name), sql.Literal(time), _type(column)
        )


def _type(column: _Column) -> sql.SQL:
    # Postgres wrote it, so it is as safe as a literal.
    return sql.SQL(cast("LiteralString", column.type))


class ShopDatabase:
    """The shop's database, read as of one moment; nothing is written there."""

    def __init__(self, connection: psycopg.Connection[Any], settings: PullSettings) -> None:
        self._connection = connection
        self._settings = settings
        with self._told():
            connection.execute(
                query("alsolike/pull/source_session"),
                {"timeout": f"{settings.timeout_seconds}s"},
            )

    def views(self) -> list[MappingView]:
        """Return the views to pull, in the order of loading.

        Raises
        ------
        PullError
            There is none, or one may not be read, lacks a required column, has one twice or of a
            type that it cannot have.
        """
        schema = self._settings.schema
        names = [table.name for table in TABLES]
        with self._told(), self._connection.cursor(row_factory=args_row(_Column)) as cursor:
            rows = cursor.execute(
                query("alsolike/pull/mapping_columns"), {"schema": schema, "names": names}
            ).fetchall()
        of_views = {view: list(columns) for view, columns in groupby(rows, attrgetter("view"))}
        if not of_views:
            message = (
                f"The shop's database has no view to pull: expected any of {', '.join(names)} in "
                f"the schema {schema} (ALSOLIKE_PULL_SCHEMA)."
            )
            raise PullError(message)
        return [
            _mapping_view(schema, table, of_views[table.name])
            for table in TABLES
            if table.name in of_views
        ]

    def copied(self, select: sql.Composed) -> Iterator[Buffer]:
        """Give the rows of a statement as COPY writes them, in bounded memory."""
        with self._told(), self._copying(select) as copy:
            yield from copy

    def rows(self, select: sql.Composed) -> Iterator[tuple[str | None, ...]]:
        """Give the rows of a statement as text, in bounded memory."""
        with self._told(), self._copying(select) as copy:
            yield from copy.rows()

    def time(self, select: sql.Composed) -> datetime | None:
        """Return the time that a statement gives; None if it gives no row."""
        with self._told():
            row = self._connection.execute(select).fetchone()
        return None if row is None else row[0]

    @contextmanager
    def _copying(self, select: sql.Composed) -> Generator[psycopg.Copy]:
        statement = sql.SQL("copy ({}) to stdout").format(select)
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            yield copy

    @contextmanager
    def _told(self) -> Generator[None]:
        try:
            yield
        except psycopg.Error as error:
            _tell(error, self._settings)


@contextmanager
def opened_shop(settings: PullSettings) -> Generator[ShopDatabase]:
    """Open the shop's database for one read-only transaction.

    Raises
    ------
    SettingError
        The connection string cannot be read.
    PullError
        The database cannot be reached or refuses the user.
    """
    given = _parameters(settings.dsn)
    try:
        connection = psycopg.connect(
            settings.dsn,
            application_name="alsolike pull",
            connect_timeout=10,
            # Whatever encoding the database has: the server converts.
            client_encoding="utf8",
            # A pooler may give the statements of each transaction to another session.
            prepare_threshold=None,
            **given,
        )
    except psycopg.OperationalError as error:
        message = f"Cannot reach the shop's database: {_first_line(error, settings)}."
        # Without the cause, which may quote the connection string.
        raise PullError(message) from None
    with connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        yield ShopDatabase(connection, settings)
        connection.rollback()


def _parameters(dsn: str) -> dict[str, Any]:
    """Check a connection string; return what keeps our own `PG*` variables out of it."""
    if not dsn:
        return {}
    try:
        named = conninfo_to_dict(dsn)
    except psycopg.Error:
        message = (
            "ALSOLIKE_PULL_DSN cannot be read: expected postgresql://user@host/database, or words "
            "such as host=… user=… dbname=…."
        )
        raise SettingError(message) from None
    kept: dict[str, Any] = {"target_session_attrs": named.get("target_session_attrs") or "any"}
    if "host" in named and "hostaddr" not in named:
        kept["hostaddr"] = ""
    return kept


def _tell(error: psycopg.Error, settings: PullSettings) -> NoReturn:
    reason = _first_line(error, settings)
    hint = ""
    if isinstance(error, errors.QueryCanceled):
        hint = (
            f" A statement may take {settings.timeout_seconds} s (ALSOLIKE_PULL_TIMEOUT_SECONDS)."
        )
    message = f"The shop's database said: {reason}.{hint}"
    raise PullError(message) from error


def _first_line(error: psycopg.Error, settings: PullSettings) -> str:
    lines = str(error).strip().splitlines()
    reason = lines[0].rstrip(".") if lines else type(error).__name__
    password = conninfo_to_dict(settings.dsn).get("password") if settings.dsn else None
    return reason.replace(str(password), "…") if password else reason


def _mapping_view(schema: str, table: Table, columns: Iterable[_Column]) -> MappingView:
    name = f"{schema}.{table.name}"
    read: dict[str, _Column] = {}
    ignored: list[str] = []
    updated_at: _Column | None = None
    there: list[str] = []
    identity = ""
    for column in columns:
        identity = column.identity
        known = column_name(column.name)
        there.append(column.name)
        if known != _UPDATED_AT and known not in table.columns:
            ignored.append(column.name)
            continue
        if not column.is_readable:
            message = (
                f"The login may not read {name}: `grant usage on schema {schema} to …` and "
                f"`grant select on {name} to …` let it."
            )
            raise PullError(message)
        if known in read or (known == _UPDATED_AT and updated_at is not None):
            message = f"{name} has the column {known} twice."
            raise PullError(message)
        if known == _UPDATED_AT:
            updated_at = column
        else:
            read[known] = column
    missing = [column for column in table.required if column not in read]
    if missing:
        message = (
            f"{name} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}; "
            f"{table.name} needs {', '.join(table.required)}. Found {', '.join(there)}."
        )
        raise PullError(message)
    wrong = [
        f"{column.name} is {column.type}: expected {expected}"
        for known, column in read.items()
        if (expected := type_fault(table, known, ColumnType(column.type_name, column.category)))
    ]
    if wrong:
        message = (
            f"{name} has columns of types that cannot be read: {'; '.join(wrong)}. Nothing was "
            "pulled: mend the view."
        )
        raise PullError(message)
    if updated_at is not None and updated_at.type_name not in _TIMES:
        message = (
            f"{name} has the column {updated_at.name} of the type {updated_at.type_name}: expected "
            "timestamptz, or none."
        )
        raise PullError(message)
    shape = [(known, column.name, column.type) for known, column in read.items()]
    fingerprint = hashlib.sha256(repr((identity, shape, updated_at)).encode()).hexdigest()[:32]
    return MappingView(schema, table, read, ignored, updated_at, fingerprint)
