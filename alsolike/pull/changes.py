"""Which rows of a view changed since the last pull, and what is kept about them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString

from psycopg import sql
from psycopg.rows import args_row

from alsolike.database import query
from alsolike.loading.gone import half_gone
from alsolike.loading.rows import Chunk, Reading, Row, encode_rows
from alsolike.loading.staging import Connection, StagedFile
from alsolike.loading.summary import counted
from alsolike.loading.tables import PRODUCTS, PURCHASES, RETURNS, SHOPPERS, VIEWS
from alsolike.pull.source import MappingView, PullError, ShopDatabase
from alsolike.settings import PullSettings

# With more changed rows than this, all rows of the view are read instead of those by their ids.
_MOST_IDS = 50_000
# How many rejected rows a pull tries again, the latest first.
_MOST_RETRIED = 10_000


@dataclass(frozen=True, slots=True)
class KnownPull:
    """How far a view was pulled: a row of `ops.pulls`.

    Attributes
    ----------
    compared_seconds_ago : float
        Age of the last comparison of all its rows.
    columns : list of str
        The columns that any pull of it had.
    """

    view: str
    fingerprint: str
    watermark: datetime | None
    compared_seconds_ago: float
    columns: list[str]


def known_pulls(connection: Connection) -> dict[str, KnownPull]:
    """Return how far each view was pulled, by its name."""
    with connection.cursor(row_factory=args_row(KnownPull)) as cursor:
        rows = cursor.execute(query("alsolike/pull/known_pulls")).fetchall()
    return {row.view: row for row in rows}


@dataclass(frozen=True, slots=True)
class Changes:
    """What a pull reads of a view.

    Attributes
    ----------
    since : datetime or None
        Only rows changed since then were looked at, besides those to try again; None: all.
    rows : int
        How many rows the view has, as far as is known.
    ids : list of str or None
        The rows that changed; None: so many that all that were looked at are read.
    watermark : datetime or None
        To keep when the rows are stored.
    dropped : str or None
        What becomes of columns that earlier pulls had and the view lacks.
    is_new_shape : bool
        The view is not as it was in the last pull.
    """

    shop: ShopDatabase
    view: MappingView
    where: sql.Composed | sql.SQL
    since: datetime | None
    rows: int
    ids: list[str] | None
    has_rows_without_id: bool
    watermark: datetime | None
    dropped: str | None
    is_new_shape: bool

    @property
    def is_compared(self) -> bool:
        """Whether all rows were looked at, so that those that are gone are known."""
        return self.since is None

    @property
    def is_remembered(self) -> bool:
        """Whether the rows that were stored are kept by their hash.

        Views are many and never change: their time alone tells which are new.
        """
        return self.view.table is not VIEWS or self.view.updated_at is None

    def read(self, reading: Reading) -> Iterator[Chunk]:
        """Read the changed rows from the shop's database."""
        view = self.view
        table = view.table
        where = self.where
        reading.columns.update(view.columns)
        reading.ignored.extend(view.ignored)
        if self.dropped is not None:
            reading.remarks.append(self.dropped)
        if self.ids is not None:
            where = view.with_ids(self.ids)
            if self.has_rows_without_id:
                where = sql.SQL("({} or {})").format(where, view.without_id())
        columns = [
            view.columns[column].as_text() if column in view.columns else sql.SQL("null")
            for column in table.columns
        ]
        select = sql.SQL("select {} from {} where {}").format(
            sql.SQL(", ").join(columns), view.all_rows(), where
        )
        number = 0

        def rows() -> Iterator[Row]:
            nonlocal number
            for values in self.shop.rows(select):
                number += 1
                yield Row(number, None, [value and value.strip() for value in values])

        yield from encode_rows(rows(), table, reading)
        reading.known = self.rows - number


def find_changes(
    shop: ShopDatabase,
    session: Connection,
    view: MappingView,
    known: KnownPull | None,
    settings: PullSettings,
    *,
    is_full: bool,
) -> Changes:
    """Compare a view's rows with what was pulled, by their hashes.

    Leaves the ids and hashes in a temporary table of the session, and commits.

    Parameters
    ----------
    known : KnownPull or None
        How far the view was pulled; None: it never was.
    is_full : bool
        Compare all rows, whatever the time of their change.
    """
    since = None
    if known is not None and not is_full and not _is_compared(view, known, settings):
        assert known.watermark is not None  # noqa: S101  (else all rows are compared)
        since = known.watermark - timedelta(minutes=settings.overlap_minutes)
    where: sql.Composed | sql.SQL = sql.SQL("true")
    if since is not None:
        where = view.changed_since(since)
        retried = [] if view.table is VIEWS else _rejected_ids(session, view)
        if retried:
            where = sql.SQL("({} or {})").format(where, view.with_ids(retried))
    rows = _copy_hashes(shop, session, view, where)
    if since is not None:
        rows += _count_other_rows(session, view)
    else:
        _read_whole_tables(session)
    ids: list[str] | None = None
    found = session.execute(
        sql.SQL(query("alsolike/pull/changed_ids")).format(found=_found(view)),
        {"view": view.table.name, "most": _MOST_IDS + 1},
    ).fetchall()
    session.commit()
    if len(found) <= _MOST_IDS:
        ids = [row_id for (row_id,) in found if row_id is not None]
    return Changes(
        shop,
        view,
        where,
        since,
        rows,
        ids,
        has_rows_without_id=ids is not None and len(ids) < len(found),
        watermark=_watermark(shop, view, where, known),
        dropped=None if known is None else _dropped(view, known),
        is_new_shape=known is not None and known.fingerprint != view.fingerprint,
    )


def _dropped(view: MappingView, known: KnownPull) -> str | None:
    """Say what becomes of the columns that are gone: what becomes of those that a file lacks."""
    gone = [column for column in known.columns if column not in view.columns]
    if not gone:
        return None
    named = f"{', '.join(gone)} {'is' if len(gone) == 1 else 'are'} no longer there"
    if view.table not in (PRODUCTS, SHOPPERS):
        return f"{named} and taken as empty."
    stock = " All products count as in stock." if "in_stock" in gone else ""
    return (
        f"{named}: what was pulled before stays as it is, and is not brought up to date "
        f"(`null as {gone[0]}` would empty it).{stock}"
    )


def _read_whole_tables(connection: Connection) -> None:
    """Keep the planner from looking up row by row, for the rest of the transaction.

    It does so where it thinks that few rows are stored, as after a first pull.
    """
    connection.execute("set local enable_nestloop = off")


def _is_compared(view: MappingView, known: KnownPull, settings: PullSettings) -> bool:
    """Whether all rows of a view are compared: because of what it is, or because it is time."""
    if view.updated_at is None or known.watermark is None or view.table is PRODUCTS:
        return True
    if view.fingerprint != known.fingerprint:
        return True
    is_time = known.compared_seconds_ago >= 60 * settings.compare_minutes
    return is_time and view.table is not VIEWS


def _rejected_ids(session: Connection, view: MappingView) -> list[str]:
    rows = session.execute(
        query("alsolike/pull/rejected_ids"),
        {"source": view.name, "row_id": view.table.row_id, "most": _MOST_RETRIED},
    ).fetchall()
    return [row_id for (row_id,) in rows]


def _copy_hashes(
    shop: ShopDatabase, session: Connection, view: MappingView, where: sql.Composable
) -> int:
    """Copy the ids and hashes of a view's rows to a temporary table; return how many there are."""
    found = _found(view)
    session.execute(sql.SQL(query("alsolike/pull/create_found_rows")).format(found=found))
    content = sql.SQL(", ").join(column.as_text() for column in view.columns.values())
    # A hash of 64 bits: that a change goes unnoticed is less likely than a broken disk.
    select = sql.SQL(
        'select {}, hashtextextended(row({})::text collate "C", 0) from {} where {}'
    ).format(view.source_id(), content, view.all_rows(), where)
    with session.cursor() as cursor:
        with cursor.copy(sql.SQL("copy {} (source_id, hash) from stdin").format(found)) as copy:
            for data in shop.copied(select):
                copy.write(data)
        rows = cursor.rowcount
    session.execute(sql.SQL("analyze {}").format(found))
    return rows


def _count_other_rows(session: Connection, view: MappingView) -> int:
    row = session.execute(
        sql.SQL(query("alsolike/pull/count_other_rows")).format(found=_found(view)),
        {"view": view.table.name},
    ).fetchone()
    return 0 if row is None else int(row[0])


def _watermark(
    shop: ShopDatabase, view: MappingView, where: sql.Composable, known: KnownPull | None
) -> datetime | None:
    """Return the newest time of change among the rows, no later than the source's clock.

    The rows say it, not the clock: they may be in local time without a zone.
    """
    if view.updated_at is None:
        return None
    newest = shop.time(
        sql.SQL(
            "select least(n.newest, now()) from (select max({})::timestamptz as newest from {} "
            "where {}) as n where n.newest is not null"
        ).format(sql.Identifier("v", view.updated_at.name), view.all_rows(), where)
    )
    return newest or (None if known is None else known.watermark)


def _found(view: MappingView) -> sql.Identifier:
    """Return the temporary table of what the source has of a view."""
    return sql.Identifier("pg_temp", f"found_{view.table.name}")


def remember(changes: Changes, staged: StagedFile) -> None:
    """Keep the hashes of the rows that were stored."""
    if changes.is_remembered:
        staged.connection.execute(
            sql.SQL(query("alsolike/pull/remember_rows")).format(
                found=_found(changes.view), row_id=sql.Identifier(staged.table.row_id)
            ),
            {"view": staged.table.name},
        )
        if changes.ids is None:
            staged.connection.execute("analyze ops.pulled_rows")


def replace_events(staged: StagedFile) -> int:
    """Make way for the purchases and returns that the source changed.

    Returns how many purchases were replaced; changed returns are yet to be inserted anew.
    """
    connection = staged.connection
    replaced = 0
    if staged.table is PURCHASES:
        replaced = connection.execute(query("alsolike/pull/update_purchases")).rowcount
        if replaced:
            connection.execute(query("alsolike/pull/recount_returns"))
    elif staged.table is RETURNS:
        connection.execute(query("alsolike/pull/delete_changed_returns"))
    return replaced


def take_back_gone_rows(
    changes: Changes, staged: StagedFile, *, accepts_deletes: bool
) -> Iterator[str]:
    """Take back what the source no longer has; say so in a note.

    Products go out of stock, which hides them; events are deleted; shoppers stay, because to erase
    a person is a decision of its own.

    Raises
    ------
    PullError
        The source is empty, or half of what was pulled is gone, and the caller does not accept it.
    """
    if not (changes.is_compared and changes.is_remembered):
        return
    connection, table = staged.connection, staged.table
    of_view = {"view": table.name}
    _read_whole_tables(connection)
    # A trial is one transaction for all views.
    connection.execute("drop table if exists pg_temp.gone_rows")
    connection.execute(
        sql.SQL(query("alsolike/pull/create_gone_rows")).format(found=_found(changes.view)), of_view
    )
    connection.execute("set local enable_nestloop to default")
    connection.execute("analyze gone_rows")
    gone, known = connection.execute(
        query("alsolike/pull/count_gone_rows"), of_view
    ).fetchone() or (0, 0)
    if not gone:
        return
    lacking = half_gone(
        changes.view.name,
        changes.rows,
        gone=gone,
        known=known,
        were="were pulled before",
        outcome="Nothing of it was pulled.",
        command="pull",
    )
    if lacking is not None and not accepts_deletes and table is not VIEWS:
        raise PullError(lacking)
    removal: LiteralString | None = None
    done = "deleted"
    if table is PRODUCTS:
        removal, done = "take_off_gone_products", "taken out of stock"
    elif table not in (SHOPPERS, VIEWS):
        removal = "delete_gone_events"
    if removal is not None:
        connection.execute(
            sql.SQL(query(f"alsolike/pull/{removal}")).format(
                events=sql.Identifier(table.name), row_id=sql.Identifier(table.row_id)
            )
        )
        yield f"{counted(gone, table.noun)} that it no longer has {done}."
    if table is SHOPPERS:
        connection.execute(query("alsolike/pull/mark_gone_rows"), of_view)
        yield (
            f"{counted(gone, 'shopper')} that it no longer has kept: `alsolike erase` forgets a "
            "person (ops.pulled_rows.gone_at)."
        )
    else:
        connection.execute(query("alsolike/pull/forget_gone_rows"), of_view)


def move_watermark(changes: Changes, connection: Connection) -> None:
    """Note how far the view was pulled, in the transaction of its rows."""
    connection.execute(
        query("alsolike/pull/move_watermark"),
        {
            "view": changes.view.table.name,
            "fingerprint": changes.view.fingerprint,
            "watermark": changes.watermark,
            "is_compared": changes.is_compared,
            "columns": sorted(changes.view.columns),
        },
    )
