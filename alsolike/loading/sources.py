"""Load a list of sources, one transaction each, in their order."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from threading import Event

import psycopg

from alsolike.database import connect
from alsolike.errors import AlsolikeError, InputFileError
from alsolike.loading.catalogue import know_named_shoppers, upsert_products, upsert_shoppers
from alsolike.loading.events import insert_events
from alsolike.loading.rows import Chunk, Found
from alsolike.loading.staging import (
    Connection,
    Staged,
    check,
    count_rejected,
    discard,
    has_time_without_zone,
    keep_rejected,
    prepare_session,
    stage,
)
from alsolike.loading.summary import FileSummary, LoadSummary
from alsolike.loading.tables import PRODUCTS, SHOPPERS, Table
from alsolike.progress import Report

CONSENTS = ("personalisation", "none")


class LoadError(AlsolikeError):
    """The database refused the load; nothing of the file was kept."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to load.

    Attributes
    ----------
    name : str
        What the file is called in the summary and in `raw.count_rejected`.
    table : Table
        What it fills.
    read : Callable
        Gives its rows in bounded memory; raises InputFileError where they cannot be read.
    """

    name: str
    table: Table
    read: Callable[[Found], Iterator[Chunk]]


def load_sources(
    sources: Sequence[Source], *, origin: str, consent: str, report: Report
) -> LoadSummary:
    """Load files in their order; meanwhile the next one is read already.

    Parameters
    ----------
    origin : str
        The folder's or data set's name, recorded with each decision on consent.
    consent : str
        `personalisation` or `none`: what shoppers without a decision agreed to.

    Raises
    ------
    InputFileError
        A file was refused whole. Those before it stay loaded, which the message says.
    LoadError
        The database refused a statement.
    """
    if consent not in CONSENTS:
        message = f"consent is {consent!r}: expected {' or '.join(CONSENTS)}."
        raise ValueError(message)
    run = _Run(origin, consent, report)
    with ExitStack() as stack:
        # Two sessions in turn: what is staged belongs to its session's transaction.
        sessions = [stack.enter_context(connect(application_name="alsolike load")) for _ in "ab"]
        for session in sessions:
            prepare_session(session)
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

    def __init__(self, origin: str, consent: str, report: Report) -> None:
        self.origin = f"import:{origin}"
        self.is_granted = consent == "personalisation"
        self.report = report
        self.summary = LoadSummary()
        self.stop = Event()

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
        source, found, staged = ready.source, ready.found, ready.staged
        rejected = check(staged)
        if source.table is PRODUCTS:
            loaded = upsert_products(staged, found.columns)
        elif source.table is SHOPPERS:
            loaded = upsert_shoppers(staged, f"{self.origin}/shoppers")
        else:
            loaded = insert_events(staged, rejected)
        rejected = count_rejected(staged)
        if source.table.has_shoppers:
            know_named_shoppers(staged, is_granted=self.is_granted, source=self.origin)
        if rejected:
            keep_rejected(staged, source.name)
        self._note(ready)
        return FileSummary(source.name, loaded, staged.rows - loaded - rejected, rejected)

    def _note(self, ready: _Ready) -> None:
        if not ready.staged.rows:
            self.summary.note(f"{ready.source.name} has no rows.")
        if ready.found.ignored:
            names = ", ".join(repr(name) for name in ready.found.ignored)
            self.summary.note(f"{ready.source.name}: ignored columns: {names}.")
        if has_time_without_zone(ready.staged):
            self.summary.note("Times without a zone were taken as UTC.")

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
