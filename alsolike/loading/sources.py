"""Load a list of sources, one transaction each, in their order."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from tempfile import TemporaryFile
from threading import Event
from typing import IO

import psycopg

from alsolike.database import connect
from alsolike.errors import AlsolikeError, InputFileError
from alsolike.loading.catalogue import (
    know_named_shoppers,
    take_out_products,
    upsert_products,
    upsert_shoppers,
)
from alsolike.loading.consent import CONSENTS, require_stated_consent
from alsolike.loading.events import insert_events, leave_out_views
from alsolike.loading.people import list_shoppers, notes_on_shoppers
from alsolike.loading.rows import Chunk, Found
from alsolike.loading.staging import (
    Connection,
    Staged,
    check,
    commonest_reasons,
    count_future,
    count_left_out,
    count_rejected,
    discard,
    explain_unknown_products,
    has_time_without_zone,
    keep_rejected,
    prepare_session,
    repair,
    stage,
)
from alsolike.loading.summary import FileSummary, LoadSummary, counted
from alsolike.loading.tables import PRODUCTS, SHOPPERS, VIEWS, Table
from alsolike.progress import Report


class LoadError(AlsolikeError):
    """The database refused the load; nothing of the file was kept."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to load.

    Attributes
    ----------
    name : str
        What the file is called in the summary and in `raw.rejected_rows`.
    table : Table
        What it fills.
    read : Callable
        Gives its rows in bounded memory; raises InputFileError where they cannot be read.
    """

    name: str
    table: Table
    read: Callable[[Found], Iterator[Chunk]]


def load_sources(
    sources: Sequence[Source],
    *,
    origin: str,
    consent: str | None,
    report: Report,
    is_complete: bool = False,
    run_id: int | None = None,
) -> LoadSummary:
    """Load files in their order; meanwhile the next one is read already.

    Parameters
    ----------
    origin : str
        The folder's or data set's name, recorded with each decision on consent.
    consent : str or None
        `personalisation` or `none`: what shoppers without a decision and sessions agreed to.
        Without it, all files are first looked through for such shoppers and sessions.
    is_complete : bool
        The file of products has all that are sold; the others are set out of stock.
    run_id : int, optional
        The run that the rejected rows belong to.

    Raises
    ------
    ConsentNeededError
        `consent` is None and somebody's is not stated. Nothing was stored.
    InputFileError
        A file was refused whole. Those before it stay loaded, which the message says.
    LoadError
        The database refused a statement.
    """
    if consent is not None and consent not in CONSENTS:
        message = f"consent is {consent!r}: expected {' or '.join(CONSENTS)}."
        raise ValueError(message)
    with ExitStack() as stack:
        # Two sessions in turn: what is staged belongs to its session's transaction.
        sessions = [stack.enter_context(connect(application_name="alsolike load")) for _ in "ab"]
        for session in sessions:
            prepare_session(session)
        listed = stack.enter_context(TemporaryFile())
        run = _Run(
            origin,
            report,
            is_granted=consent == "personalisation",
            is_complete=is_complete,
            run_id=run_id,
            listed=listed,
        )
        if consent is None:
            run.require_stated_consent(sources, sessions[0])
        reader = stack.enter_context(ThreadPoolExecutor(len(sessions), "alsolike-read"))
        stack.callback(run.stop.set)
        waiting = deque(sources)
        coming = deque(
            reader.submit(run.stage, waiting.popleft(), session)
            for session in sessions[: len(sources)]
        )
        while coming:
            ready = run.wait(coming.popleft())
            run.store(ready)
            if waiting:
                session = ready.staged.connection
                coming.append(reader.submit(run.stage, waiting.popleft(), session))
    return run.summary


@dataclass(frozen=True, slots=True)
class _Ready:
    """A source whose rows are staged, with what reading them showed."""

    source: Source
    found: Found
    staged: Staged


class _Run:
    """One call of `load_sources`."""

    def __init__(
        self,
        origin: str,
        report: Report,
        *,
        is_granted: bool,
        is_complete: bool,
        run_id: int | None,
        listed: IO[bytes],
    ) -> None:
        self.origin = f"import:{origin}"
        self.report = report
        self.is_granted = is_granted
        self.is_complete = is_complete
        self.run_id = run_id
        self.summary = LoadSummary()
        self.stop = Event()
        self._listed = listed
        # What later files refer to: the file of products by its name, and whether the shoppers of
        # their own file are in `listed`.
        self._products: str | None = None
        self._has_listed = False

    def require_stated_consent(self, sources: Sequence[Source], connection: Connection) -> None:
        """Refuse the load if somebody's consent is not stated; reads the files once for it."""

        def report_on(source: Source) -> Callable[[int], None]:
            return lambda rows: self.report(f"look through {source.name}", rows, None)

        try:
            require_stated_consent(connection, sources, report_on)
        except InputFileError as error:
            message = f"{error}{self._loaded_before()}"
            raise InputFileError(message) from error

    def stage(self, source: Source, connection: Connection) -> _Ready:
        """Read a source into its session's staging table; runs in a reading thread."""
        found = Found()

        def report(rows: int) -> None:
            # The total alone is the end of the work, and the rows are still to be stored.
            is_read = found.total is not None and rows >= found.total
            self.report(f"load {source.name}", rows, None if is_read else found.total)

        chunks = self._until_stopped(source.read(found))
        try:
            staged = stage(connection, source.table, chunks, report)
        except psycopg.Error as error:
            raise self._refused(source, error) from error
        return _Ready(source, found, staged)

    def wait(self, coming: Future[_Ready]) -> _Ready:
        """Wait for a source to be staged; an error tells what is loaded already."""
        try:
            return coming.result()
        except InputFileError as error:
            message = f"{error}{self._loaded_before()}"
            raise InputFileError(message) from error

    def store(self, ready: _Ready) -> None:
        """Check a staged source, put its usable rows into their table, and commit."""
        try:
            summary = self._store(ready)
            discard(ready.staged)
            ready.staged.connection.commit()
        except psycopg.Error as error:
            raise self._refused(ready.source, error) from error
        self.summary.files.append(summary)
        rows = ready.staged.rows
        self.report(f"load {ready.source.name}", rows, rows)

    def _store(self, ready: _Ready) -> FileSummary:
        source, staged = ready.source, ready.staged
        notes = [*ready.found.notes(), *repair(staged)]
        check(staged)
        if source.table is PRODUCTS:
            loaded = self._store_products(ready, notes)
        elif source.table is SHOPPERS:
            loaded = self._store_shoppers(ready)
        else:
            loaded = self._store_events(ready, notes)
        rejected = count_rejected(staged)
        not_kept = count_left_out(staged) - rejected
        reasons = commonest_reasons(staged) if rejected else []
        keep_rejected(staged, source.name, self.run_id)
        if not staged.rows:
            notes.append("it has no rows.")
        if source.table.is_event and (future := count_future(staged)):
            notes.append(f"{counted(future, 'time')} in the future: is a zone missing?")
        for note in notes:
            self.summary.note(f"{source.name}: {note}")
        if has_time_without_zone(staged):
            self.summary.note("Times without a zone were taken as UTC.")
        unchanged = staged.rows - loaded - rejected - not_kept
        return FileSummary(source.name, loaded, unchanged, rejected, not_kept, reasons)

    def _store_products(self, ready: _Ready, notes: list[str]) -> int:
        staged = ready.staged
        self._products = ready.source.name
        loaded = upsert_products(staged, ready.found.columns, is_complete=self.is_complete)
        if self.is_complete:
            rejected = count_rejected(staged)
            if 2 * rejected >= staged.rows:
                fault = (
                    f"{rejected:,} of its {staged.rows:,} rows cannot be used"
                    if staged.rows
                    else "it has no rows"
                )
                message = f"{ready.source.name} is no complete catalogue: {fault}"
                reasons = "; ".join(
                    f"line {reason.line}: {reason.reason}" for reason in commonest_reasons(staged)
                )
                message = f"{message}{f' ({reasons})' if reasons else ''}.{self._loaded_before()}"
                raise InputFileError(message)
            taken_out = take_out_products(staged)
            if taken_out:
                notes.append(f"{counted(taken_out, 'product')} that it lacks taken out of stock.")
        return loaded

    def _store_shoppers(self, ready: _Ready) -> int:
        staged = ready.staged
        self._has_listed = True
        list_shoppers(staged, self._listed)
        loaded = upsert_shoppers(staged, f"{self.origin}/shoppers")
        self._know_shoppers(staged)
        return loaded

    def _store_events(self, ready: _Ready, notes: list[str]) -> int:
        source, staged = ready.source, ready.staged
        explain_unknown_products(staged, self._products)
        if source.table is VIEWS:
            # First, because a view is kept only of whom agreed.
            self._know_shoppers(staged)
            notes.extend(leave_out_views(staged, is_granted=self.is_granted))
        loaded = insert_events(staged)
        if source.table is not VIEWS:
            self._know_shoppers(staged)
        notes.extend(notes_on_shoppers(staged, self._listed if self._has_listed else None))
        return loaded

    def _know_shoppers(self, staged: Staged) -> None:
        know_named_shoppers(staged, is_granted=self.is_granted, source=self.origin)

    def _until_stopped(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        for chunk in chunks:
            if self.stop.is_set():
                return
            yield chunk

    def _refused(self, source: Source, error: psycopg.Error) -> LoadError:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        return LoadError(
            f"{source.name} was not loaded, the database said: {reason}.{self._loaded_before()}"
        )

    def _loaded_before(self) -> str:
        names = [file.name for file in self.summary.files]
        if not names:
            return " Nothing was loaded."
        return f" Nothing of it was loaded; what was loaded before it stays: {', '.join(names)}."
